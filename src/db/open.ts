import { mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { drizzle, migrate } from './drizzle.ts';
import * as schema from './schema.ts';

export type Db = BetterSQLite3Database<typeof schema> & { $client: Sqlite.Database };

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));
const migrationLockTimeoutMs = 120_000;
const defaultBusyTimeoutMs = 15_000;

/** `file:./data/autodeploy.db` → `./data/autodeploy.db`. */
export const databasePath = (databaseUrl: string): string => databaseUrl.replace(/^file:(\/\/)?/, '');

function openSqlite(path: string, { busyTimeoutMs, mustExist }: { busyTimeoutMs: number; mustExist: boolean }): Sqlite.Database {
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

const inodeOf = (path: string): bigint | null => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;

/** How many migrations the database has; none before the migrator's first table is there. */
function appliedMigrations(sqlite: Sqlite.Database): number {
  const known = sqlite.prepare(`select 1 from sqlite_schema where name = '__drizzle_migrations'`).get();
  if (known === undefined) return 0;
  return sqlite.prepare<[], { count: number }>('select count(*) as count from __drizzle_migrations').get()?.count ?? 0;
}

/**
 * Applies the migrations that are missing, one process at a time, and answers how many those were. drizzle's migrator reads
 * what is applied before it begins its transaction, so two of them at once would both apply it. The lock is a transaction on
 * a file of its own, which the operating system lets go of when its holder dies.
 */
export function migrateDatabase(path: string, busyTimeoutMs = defaultBusyTimeoutMs): number {
  mkdirSync(dirname(path), { recursive: true });
  const lock = new Sqlite(`${path}.migrate-lock`, { timeout: migrationLockTimeoutMs });
  try {
    lock.exec('begin exclusive');
    if (inodeOf(path) === null) removeLeftovers(path);
    const sqlite = openSqlite(path, { busyTimeoutMs, mustExist: false });
    try {
      const before = appliedMigrations(sqlite);
      migrate(drizzle(sqlite), { migrationsFolder });
      return appliedMigrations(sqlite) - before;
    } finally {
      sqlite.close();
    }
  } finally {
    lock.close();
  }
}

/**
 * The log and its index of a database file that is gone. A new file of the same name would take them for its own: reads fail, or find
 * pages of the old one. Who still has the old file open keeps them, without their names. Only to be called by the lock's holder, which
 * alone creates the file.
 */
function removeLeftovers(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
}

interface OpenFile {
  sqlite: Sqlite.Database;
  db: Db;
  inode: bigint | null;
}

/** Opens until the file is the same before and after, so that the inode is that of the file that was opened. */
function openFile(path: string, busyTimeoutMs: number): OpenFile {
  for (;;) {
    migrateDatabase(path, busyTimeoutMs);
    const inode = inodeOf(path);
    if (inode === null) continue;
    const sqlite = openSqlite(path, { busyTimeoutMs, mustExist: true });
    if (inodeOf(path) === inode) return { sqlite, db: drizzle(sqlite, { schema }), inode };
    sqlite.close();
  }
}

/**
 * The open database file. When the file has been removed or replaced under us, the next use opens (and migrates) the new one:
 * otherwise a running process would write into a file that nobody else sees.
 */
export class DatabaseFile {
  readonly #path: string;
  readonly #busyTimeoutMs: number;
  readonly #onReplaced: () => void;
  /** null when the file was replaced and the new one could not be opened yet. */
  #open: OpenFile | null;
  #closed = false;

  constructor(path: string, options: { busyTimeoutMs?: number; onReplaced?: () => void } = {}) {
    this.#path = path;
    this.#busyTimeoutMs = options.busyTimeoutMs ?? defaultBusyTimeoutMs;
    this.#onReplaced = options.onReplaced ?? (() => {});
    this.#open = openFile(path, this.#busyTimeoutMs);
  }

  get db(): Db {
    if (this.#closed) throw new Error('The database has been closed.');
    if (this.#open !== null && inodeOf(this.#path) === this.#open.inode) return this.#open.db;
    // Closed first: while it is open its inode cannot be given to the new file, afterwards it could.
    this.#open?.sqlite.close();
    this.#open = null;
    this.#open = openFile(this.#path, this.#busyTimeoutMs);
    this.#onReplaced();
    return this.#open.db;
  }

  close(): void {
    this.#closed = true;
    this.#open?.sqlite.close();
    this.#open = null;
  }
}
