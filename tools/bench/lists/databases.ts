import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Client } from 'pg';
import { openStore } from '../../../src/db/open-store.ts';
import { foldChanges } from '../../../src/db/postgres/fold-changes.ts';
import { databasePath } from '../../../src/db/sqlite/open.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { Engine } from '../../chaos/chaos-database.ts';
import { launchPostgres } from '../../testkit/postgres-server.ts';
import { silentLog } from '../../testkit/silent-log.ts';
import type { Cleanup } from '../cleanup.ts';
import { copyStatement, type Dialect, tables } from './copy-history.ts';

/** An engine for the bench: its databases, and statements beside the store. */
export interface BenchDatabase {
  /** Its name and version, for people. */
  name: string;
  newUrl: (name: string) => Promise<string>;
  copy: (url: string, copies: number) => Promise<void>;
}

/** As production has it: what is committed is on the disk. */
const serverSettings = { fsync: 'on', full_page_writes: 'on', wal_level: 'replica', shared_buffers: '128MB', jit: 'on' };

export const storeOf = (url: string): Promise<Store> =>
  openStore(url, {
    waitMs: 15_000,
    log: silentLog,
    applicationName: 'autodeploy-bench',
    login: { passwordFile: null, iam: false },
  });

export function databaseOf(engine: Engine, folder: string, cleanup: Cleanup): Promise<BenchDatabase> {
  return engine === 'sqlite' ? Promise.resolve(sqliteIn(folder)) : postgres(cleanup);
}

const sqliteDialect: Dialect = {
  numbers: (count) =>
    `(with recursive numbers(number) as (select 1 union all select number + 1 from numbers where number < ${count}) select number from numbers)`,
  withSeq: '',
};

function sqliteIn(folder: string): BenchDatabase {
  const version = new Sqlite(':memory:').prepare<[], string>('select sqlite_version()').pluck().get() ?? '';
  return {
    name: `SQLite ${version}`,
    newUrl: (name) => Promise.resolve(`file:${join(folder, `${name}.db`)}`),
    copy(url, copies) {
      const sqlite = new Sqlite(databasePath(url), { timeout: 5000 });
      try {
        for (const table of tables) {
          const columns = sqlite.prepare<[], string>(`select name from pragma_table_info('${table}')`).pluck().all();
          const maxSeq = sqlite.prepare<[], number>(`select max(seq) from ${table}`).pluck().get() ?? 0;
          sqlite.exec(copyStatement(sqliteDialect, { table, columns, maxSeq }, copies));
        }
      } finally {
        sqlite.close();
      }
      return Promise.resolve();
    },
  };
}

const postgresDialect: Dialect = {
  numbers: (count) => `generate_series(1, ${count}) number`,
  withSeq: 'overriding system value',
};

async function postgres(cleanup: Cleanup): Promise<BenchDatabase> {
  const server = await launchPostgres({ settings: serverSettings });
  cleanup.add(() => server.stop());
  const [version] = await server.sql<{ server_version: string }>('show server_version');
  return {
    name: `PostgreSQL ${version?.server_version.split(' ')[0] ?? ''}`,
    async newUrl(name) {
      await server.createDatabase('template0', name);
      return `${server.url(name)}?sslmode=disable`;
    },
    async copy(url, copies) {
      const client = new Client({ connectionString: url });
      await client.connect();
      try {
        for (const table of tables) {
          const { rows: named } = await client.query<{ name: string }>(
            `select column_name as name from information_schema.columns where table_name = '${table}'`,
          );
          const { rows } = await client.query<{ max: string }>(`select max(seq) from ${table}`);
          const first = { table, columns: named.map(({ name }) => name), maxSeq: Number(rows[0]?.max) };
          await client.query(copyStatement(postgresDialect, first, copies));
          await client.query(`select setval(pg_get_serial_sequence('${table}', 'seq'), (select max(seq) from ${table}))`);
        }
        // As the programs and autovacuum do while a history grows.
        await client.query(foldChanges);
        await client.query('vacuum analyze');
      } finally {
        await client.end();
      }
    },
  };
}
