import { statSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import * as schema from './schema.ts';

export type Db = BetterSQLite3Database<typeof schema>;

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));
const busyTimeoutMs = 15_000;

/** `file:./data/autodeploy.db` → `./data/autodeploy.db`. */
export const databasePath = (databaseUrl: string): string => databaseUrl.replace(/^file:(\/\/)?/, '');

function openSqlite(path: string): Sqlite.Database {
  const sqlite = new Sqlite(path, { timeout: busyTimeoutMs });
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = NORMAL');
  sqlite.pragma('foreign_keys = ON');
  return sqlite;
}

/**
 * Applies the migrations that are missing, one process at a time: drizzle's migrator reads what is applied before it begins
 * its transaction, so two of them at once would both apply it. The lock is a transaction on a file of its own, which the
 * operating system lets go of when its holder dies.
 */
export function migrateDatabase(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const lock = new Sqlite(`${path}.migrate-lock`, { timeout: 120_000 });
  try {
    lock.exec('begin exclusive');
    const sqlite = openSqlite(path);
    try {
      migrate(drizzle(sqlite), { migrationsFolder });
    } finally {
      sqlite.close();
    }
  } finally {
    lock.close();
  }
}

const inodeOf = (path: string): bigint | null => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;

/**
 * The open database file. When the file has been removed or replaced under us, the next use opens (and migrates) the new one:
 * otherwise a running process would write into a file that nobody else sees.
 */
export class DatabaseFile {
  readonly path: string;
  readonly #onReplaced: () => void;
  #sqlite: Sqlite.Database;
  #db: Db;
  #inode: bigint | null;

  constructor(path: string, onReplaced: () => void = () => {}) {
    this.path = path;
    this.#onReplaced = onReplaced;
    [this.#sqlite, this.#db, this.#inode] = this.#open();
  }

  #open(): [Sqlite.Database, Db, bigint | null] {
    migrateDatabase(this.path);
    const sqlite = openSqlite(this.path);
    return [sqlite, drizzle(sqlite, { schema }), inodeOf(this.path)];
  }

  get db(): Db {
    if (inodeOf(this.path) !== this.#inode) {
      this.#sqlite.close();
      [this.#sqlite, this.#db, this.#inode] = this.#open();
      this.#onReplaced();
    }
    return this.#db;
  }

  close(): void {
    this.#sqlite.close();
  }
}
