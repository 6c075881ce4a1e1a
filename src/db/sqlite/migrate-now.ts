import { retryWhileBusy } from './busy-timeout.ts';
import { migrateDatabase } from './migrate.ts';
import { databasePath } from './open.ts';

const waitMs = 15_000;

/** The file, for people. */
export const nameOf = databasePath;

/** Applies what is missing, and returns how many migrations those were. @throws {StoreUnavailableError} when the file is busy or away. */
export const migrate = (databaseUrl: string): Promise<number> =>
  retryWhileBusy(() => migrateDatabase(databasePath(databaseUrl)), performance.now() + waitMs);
