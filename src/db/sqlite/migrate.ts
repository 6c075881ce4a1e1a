import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import packageJson from '../../../package.json' with { type: 'json' };
import { neverReleased, newerSchema } from '../schema-version.ts';
import { keepDerived } from './derived.ts';
import { readMigrationFiles } from './drizzle.ts';
import { createPrivately, ownerOnlyFolder } from './file-permissions.ts';
import { inodeOf, openSqlite } from './open.ts';
import { busyTimeoutMs } from './busy-timeout.ts';

/**
 * How many of the migrations a program has to know to work with a database that has all of them: those that only add take nothing from
 * the programs of the version before, which run beside this one during an update. Two tests named last-release.test.ts try it.
 */
const worksWith = 2;

const migrationsFolder = fileURLToPath(new URL('../../../drizzle/sqlite', import.meta.url));

/**
 * Applies the migrations that are missing, one process at a time, and returns how many those were. The lock, which also says who may
 * make the file, is a transaction on a file of its own: the operating system lets go of it when its holder dies.
 *
 * @throws SQLite's and the file system's own errors: SQLITE_BUSY while another process does it, or has the database locked. Nothing
 *   is half done then; it is safe to repeat.
 * @throws {StoreUnavailableError} for a database of a newer version that does not say that it works with this one.
 */
export function migrateDatabase(path: string): number {
  makeFolder(dirname(path));
  createPrivately(`${path}.migrate-lock`);
  const lock = new Sqlite(`${path}.migrate-lock`, { timeout: busyTimeoutMs });
  try {
    lock.exec('begin exclusive');
    if (inodeOf(path) === null) removeLeftovers(path);
    createPrivately(path);
    const sqlite = openSqlite(path, { mustExist: true });
    try {
      return applyMissing(sqlite);
    } finally {
      sqlite.close();
    }
  } finally {
    lock.close();
  }
}

/** One folder after the other: Node's own `recursive` never ends where a folder refuses new ones with ENOENT, as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: ownerOnlyFolder });
  } catch (error) {
    // Another process has just made it.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
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

/** All of them in one transaction, with what comes with them: drizzle's own loses its error when SQLite has rolled back by itself. */
function applyMissing(sqlite: Sqlite.Database): number {
  const migrations = readMigrationFiles({ migrationsFolder });
  const last = lastApplied(sqlite);
  if (last > (migrations.at(-1)?.folderMillis ?? 0)) {
    if (!isWorkable(sqlite, migrations.length)) throw newerSchema(migratedBy(sqlite));
    // What the database keeps by itself is the newer version's, too.
    return 0;
  }
  if (last > 0 && !migrations.some(({ folderMillis }) => folderMillis === last)) throw neverReleased();
  const missing = migrations.filter(({ folderMillis }) => folderMillis > last);
  // A table that a migration recreates is dropped first, which would delete the rows that refer to it.
  sqlite.pragma('foreign_keys = OFF');
  const apply = sqlite.transaction(() => {
    // As drizzle-kit knows it.
    sqlite.exec(
      'create table if not exists __drizzle_migrations (id serial primary key, hash text not null, created_at numeric)',
    );
    for (const { sql, hash, folderMillis } of missing) {
      for (const statement of sql) sqlite.exec(statement);
      sqlite.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run(hash, folderMillis);
    }
    const broken = sqlite.pragma('foreign_key_check') as unknown[];
    if (broken.length > 0) throw new Error(`The migrations left ${broken.length} rows that refer to none.`);
    sqlite
      .prepare('insert or ignore into migrated_by (migrations, version, at, works_with) values (?, ?, ?, ?)')
      .run(migrations.length, packageJson.version, Date.now(), worksWith);
  });
  if (missing.length > 0) apply.immediate();
  keepDerived(sqlite);
  return missing.length;
}

const hasTable = (sqlite: Sqlite.Database, name: string): boolean =>
  sqlite.prepare('select 1 from sqlite_schema where name = ?').get(name) !== undefined;

/** When the newest migration was written that this version has. */
export const newestMigration = (): number => readMigrationFiles({ migrationsFolder }).at(-1)?.folderMillis ?? 0;

/** When the newest migration was written that the database has; 0 without any. */
export function lastApplied(sqlite: Sqlite.Database): number {
  if (!hasTable(sqlite, '__drizzle_migrations')) return 0;
  return sqlite.prepare<[], number | null>('select max(created_at) from __drizzle_migrations').pluck().get() ?? 0;
}

/** Whether the newer version that migrated the database says that a program with so many migrations may work with it. */
function isWorkable(sqlite: Sqlite.Database, known: number): boolean {
  const hasColumn =
    sqlite.prepare("select 1 from pragma_table_info('migrated_by') where name = 'works_with'").get() !== undefined;
  if (!hasColumn) return false;
  const needed = sqlite
    .prepare<[], number | null>('select works_with from migrated_by order by migrations desc limit 1')
    .pluck()
    .get();
  return typeof needed === 'number' && known >= needed;
}

/** The version that applied the newest migration; undefined where the database does not know. */
const migratedBy = (sqlite: Sqlite.Database): string | undefined =>
  hasTable(sqlite, 'migrated_by')
    ? sqlite.prepare<[], string>('select version from migrated_by order by migrations desc limit 1').pluck().get()
    : undefined;
