import { isPostgresAddress } from '../core/postgres-address.ts';
import type { DatabaseLogin } from '../ports/database-login.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';

export interface OpenStoreOptions {
  /** How long a call waits while the database is locked, away, or its disk hangs. */
  waitMs: number;
  log: Logger;
  /** What a PostgreSQL server shows of the process. */
  applicationName: string;
  login: DatabaseLogin;
}

/**
 * The store of a `file:` or `postgres:` address, of which only the engine that it is for is loaded. A database that can't be opened for
 * a reason that may pass is tried again until it can: every call throws StoreUnavailableError meanwhile.
 *
 * @throws {StoreUnavailableError} with `needsRepair`, when no waiting helps.
 */
export async function openStore(databaseUrl: string, options: OpenStoreOptions): Promise<Store> {
  if (!isPostgresAddress(databaseUrl)) return (await import('./sqlite/open-store.ts')).openStore(databaseUrl, options);
  return (await import('./postgres/open-store.ts')).openStore(databaseUrl, options);
}
