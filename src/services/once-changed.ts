import { ServiceError, StoreUnavailableError } from '../core/errors.ts';

/**
 * Does what follows upon a change. With the database gone half-way it would be a lie that nothing was changed (StoreUnavailableError says
 * so): `detail` says what may have been.
 */
export async function onceChanged<T>(detail: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    throw new ServiceError('database_unavailable', `The database stopped answering half-way. ${detail}`, { cause: error });
  }
}
