/** A database whose migrations this version of the service does not have. */
import packageJson from '../../package.json' with { type: 'json' };
import { StoreUnavailableError } from '../core/errors.ts';

/** `by`: the version that applied the newest migration, where the database knows it. */
export function newerSchema(by: string | undefined): StoreUnavailableError {
  const needed = by === undefined ? 'a newer version' : `version ${by}`;
  return new StoreUnavailableError(
    `The database was migrated by ${needed} of the service, and this is ${packageJson.version}: run ${needed} or newer, or restore a backup from before.`,
    { needsRepair: true },
  );
}

export const neverReleased = (): StoreUnavailableError =>
  new StoreUnavailableError(
    'The database was made by a version of the service that was never released: move the file away, or restore a backup of a release.',
    { needsRepair: true },
  );
