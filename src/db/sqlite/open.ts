import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { busyTimeoutMs } from './busy-timeout.ts';
import type * as schema from './schema.ts';

export type Db = BetterSQLite3Database<typeof schema> & { $client: Sqlite.Database };

/** `file:./data/autodeploy.db` → `./data/autodeploy.db`. */
export const databasePath = (databaseUrl: string): string => databaseUrl.replace(/^file:(\/\/)?/, '');

/** A connection with the service's settings. Throws SQLite's own errors, SQLITE_BUSY among them. */
export function openSqlite(path: string, { mustExist }: { mustExist: boolean }): Sqlite.Database {
  const sqlite = new Sqlite(path, { timeout: busyTimeoutMs, fileMustExist: mustExist });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma('foreign_keys = ON');
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return sqlite;
}

/** What tells a file from another one of the same name; null when there is none. */
export const inodeOf = (path: string): bigint | null => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
