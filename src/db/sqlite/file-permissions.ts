import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

/** Read and write for the owner, nothing for other users: hyperparameters and environments may hold secrets. */
const ownerOnly = 0o600;
const ofOthers = 0o077;
export const ownerOnlyFolder = 0o700;

/** Makes an empty file, which SQLite takes for a new database; one that is there stays as it is. SQLite's own would be readable by all. */
export function createPrivately(path: string): void {
  closeSync(openSync(path, 'a', ownerOnly));
}

/** The files of a database. SQLite gives log and index the rights of the database file, when it makes them. */
const filesOf = (path: string): string[] => ['', '-wal', '-shm', '.migrate-lock'].map((suffix) => `${path}${suffix}`);

/** What was found and done about files that others than their owner have rights to. */
export interface Narrowed {
  narrowed: string[];
  /** Of another user, who alone may change that. */
  open: string[];
}

/** Takes the rights of others to the database's files away. */
export function narrowRights(path: string): Narrowed {
  const result: Narrowed = { narrowed: [], open: [] };
  for (const file of filesOf(path)) {
    const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
    if ((mode & ofOthers) === 0) continue;
    try {
      chmodSync(file, mode & 0o777 & ~ofOthers);
      result.narrowed.push(file);
    } catch {
      result.open.push(file);
    }
  }
  return result;
}
