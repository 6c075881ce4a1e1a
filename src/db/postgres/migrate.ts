import { fileURLToPath } from 'node:url';
import type { ClientBase } from 'pg';
import packageJson from '../../../package.json' with { type: 'json' };
import { StoreUnavailableError } from '../../core/errors.ts';
import { postgresTiming } from '../../core/timing.ts';
import { neverReleased, newerSchema } from '../schema-version.ts';
import type { Connections } from './connections.ts';
import { keepDerived } from './derived.ts';
import { readMigrationFiles } from './drizzle.ts';
import { lockMigration } from './lock-keys.ts';
import { CommitInDoubt, transact } from './transact.ts';

const migrationsFolder = fileURLToPath(new URL('../../../drizzle/postgres', import.meta.url));

/** As on SQLite (../sqlite/migrate.ts): how many of the migrations a program has to know to work with a database that has all of them. */
const worksWith = 1;

/** `create or replace trigger` came with it. */
const leastVersion = 140_000;

/**
 * Applies the migrations that are missing, one process at a time, and returns how many those were: on one connection and in one
 * transaction, whose lock PostgreSQL releases when its holder dies. It is cut at `untilMs`, with nothing half done.
 *
 * @throws `pg`'s own errors.
 * @throws {StoreUnavailableError} for a database of a newer version, or one that can't be used.
 */
export async function migrateDatabase(connections: Connections, untilMs: number): Promise<number> {
  const client = await connections.connect();
  const cut = setTimeout(() => void client.end().catch(() => {}), Math.max(0, untilMs - performance.now()));
  try {
    await refuseUnfit(client);
    // A statement may wait for the lock for as long as the caller does, and for those who use a table not much longer than they may.
    const settings = [
      'set local statement_timeout = 0',
      'set local lock_timeout = 0',
      'set local idle_in_transaction_session_timeout = 0',
    ];
    return await transact(client, { settings, work: () => applyMissing(client), onClean: () => {} });
  } catch (error) {
    // The next try sees whether it was committed. To a caller it must not look like the commit of its own transaction.
    throw error instanceof CommitInDoubt ? new Error('Connection terminated during a migration') : error;
  } finally {
    clearTimeout(cut);
    void client.end().catch(() => {});
  }
}

async function refuseUnfit(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string; name: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_version') as name,
      current_setting('server_encoding') as encoding`,
  );
  const [server] = rows;
  if (server === undefined) throw new Error('PostgreSQL did not say what version it is.');
  if (server.version < leastVersion) throw unfit(`the server is PostgreSQL ${server.name}, and 14 is the oldest that does`);
  if (server.encoding !== 'UTF8') throw unfit(`its encoding is ${server.encoding}: create it with the encoding UTF8`);
}

const unfit = (why: string): StoreUnavailableError =>
  new StoreUnavailableError(`The database cannot be used: ${why}.`, { needsRepair: true });

async function applyMissing(client: ClientBase): Promise<number> {
  await client.query(lockMigration);
  await client.query(`set local lock_timeout = ${postgresTiming.migrationLockMs}`);
  const migrations = readMigrationFiles({ migrationsFolder });
  const last = await lastApplied(client);
  if (last > (migrations.at(-1)?.folderMillis ?? 0)) {
    if (!(await isWorkable(client, migrations.length))) throw newerSchema(await migratedBy(client));
    // What the database keeps by itself is the newer version's, too.
    return 0;
  }
  if (last > 0 && !migrations.some(({ folderMillis }) => folderMillis === last)) throw neverReleased();
  const missing = migrations.filter(({ folderMillis }) => folderMillis > last);
  if (missing.length > 0) {
    await client.query(
      'create table if not exists __drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
    );
    for (const { sql, hash, folderMillis } of missing) {
      for (const statement of sql) await client.query(statement);
      await client.query('insert into __drizzle_migrations (hash, created_at) values ($1, $2)', [hash, folderMillis]);
    }
    await client.query(
      `insert into migrated_by (migrations, version, at, works_with) values ($1, $2, extract(epoch from now()) * 1000, $3)
        on conflict do nothing`,
      [migrations.length, packageJson.version, worksWith],
    );
  }
  await keepDerived(client);
  return missing.length;
}

async function hasTable(client: ClientBase, name: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [name]);
  return rows[0]?.there === true;
}

/** When the newest migration was written that the database has; 0 without any. */
async function lastApplied(client: ClientBase): Promise<number> {
  if (!(await hasTable(client, '__drizzle_migrations'))) return 0;
  const { rows } = await client.query<{ last: string | null }>('select max(created_at) as last from __drizzle_migrations');
  return Number(rows[0]?.last ?? 0);
}

/** Whether the newer version that migrated the database says that a program with so many migrations may work with it. */
async function isWorkable(client: ClientBase, known: number): Promise<boolean> {
  const { rows: columns } = await client.query(
    "select 1 from information_schema.columns where table_name = 'migrated_by' and column_name = 'works_with'",
  );
  if (columns.length === 0) return false;
  const { rows } = await client.query<{ needed: number | null }>(
    'select works_with as needed from migrated_by order by migrations desc limit 1',
  );
  const needed = rows[0]?.needed ?? null;
  return needed !== null && known >= needed;
}

async function migratedBy(client: ClientBase): Promise<string | undefined> {
  if (!(await hasTable(client, 'migrated_by'))) return undefined;
  const { rows } = await client.query<{ version: string }>('select version from migrated_by order by migrations desc limit 1');
  return rows[0]?.version;
}
