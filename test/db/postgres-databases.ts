import { randomUUID } from 'node:crypto';
import { afterAll, onTestFinished } from 'vitest';
import { Client } from 'pg';
import type { Connections } from '../../src/db/postgres/connections.ts';
import { connectionsTo } from '../../src/db/postgres/open-store.ts';
import { Opening } from '../../src/db/postgres/opening.ts';
import { type PostgresStoreOptions, storeOver } from '../../src/db/postgres/postgres-store.ts';
import type { Store } from '../../src/ports/store.ts';
import { postgresUrl } from '../../tools/testkit/postgres.ts';
import type { TestDatabase } from './conformance/test-database.ts';

const connectionsOf = (url: string, waitMs: number): Connections =>
  connectionsTo(url, { waitMs, applicationName: 'autodeploy-test', login: { passwordFile: null, iam: false } });

interface Prepared {
  /** Over when the database is there. */
  ready: Promise<void>;
  isMigrated: boolean;
}

/** On any server; closed when the test is over. */
export function openPostgres(url: string, options: Partial<PostgresStoreOptions> = {}, prepared?: Prepared): Store {
  const { waitMs = 20_000 } = options;
  const connections = connectionsOf(url, waitMs);
  const opening = new Opening(connections);
  const ready = async (untilMs: number): Promise<void> => {
    await prepared?.ready;
    if (prepared?.isMigrated !== true) await opening.ready(untilMs);
  };
  const store = storeOver(connections, { ready }, { pingWaitMs: waitMs, ...options, waitMs });
  onTestFinished(() => store.close());
  return store;
}

/** Statements on a connection of their own. @returns the last one's rows. */
export async function query<Row extends object>(url: string, text: string, values?: unknown[]): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query(text, values);
    return rows as Row[];
  } finally {
    await client.end().catch(() => {});
  }
}

interface Made {
  url: string;
  /** Tests before have migrated it. */
  isMigrated: boolean;
}

const made: Made[] = [];
const unused: Made[] = [];

/**
 * An empty database of the shared server. The tests of a file use the same ones in turns: to empty one is many times faster than to make
 * one.
 */
export function newPostgresDatabase(): TestDatabase & { url: string } {
  const database = unused.pop() ?? { url: urlOf(`test_${randomUUID().replaceAll('-', '')}`), isMigrated: false };
  const ready = database.isMigrated ? empty(database.url) : make(database);
  // It is thrown by the calls that wait for it.
  ready.catch(() => {});
  // Hooks run in reverse order: its stores are closed by then.
  onTestFinished(({ task }) => {
    // A test that has run out of time may still be at it.
    if (task.result?.state === 'pass') unused.push(database);
  });
  return { url: database.url, open: () => openPostgres(database.url, {}, { ready, isMigrated: true }) };
}

const urlOf = (name: string): string => Object.assign(new URL(postgresUrl()), { pathname: `/${name}` }).href;

async function make(database: Made): Promise<void> {
  made.push(database);
  await query(postgresUrl(), `create database ${new URL(database.url).pathname.slice(1)} template template0`);
  const connections = connectionsOf(database.url, 20_000);
  await new Opening(connections).ready(performance.now() + 60_000);
  await connections.close();
  database.isMigrated = true;
}

/** Without the triggers of its rows, and as if no number had been given. TRUNCATE makes a file for each table and index. */
export async function empty(url: string): Promise<void> {
  const tables = [
    'request_keys',
    'history',
    'deployments',
    'training_runs',
    'leases',
    'sagemaker_calls',
    'sagemaker_call_minutes',
    'installation',
  ];
  const others = ['processes', 'tallies', 'tally_changes', 'skipped', 'endpoints', 'guard_alarms', 'notifications'];
  const numbered = ['history', 'deployments', 'training_runs', 'tally_changes', 'skipped', 'notifications'];
  await query(
    url,
    [
      'set session_replication_role = replica',
      ...[...tables, ...others].map((table) => `delete from ${table}`),
      ...numbered.map((table) => `select setval(pg_get_serial_sequence('${table}', 'seq'), 1, false)`),
    ].join('; '),
  );
}

afterAll(async () => {
  for (const { url } of made) {
    await query(postgresUrl(), `drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
  }
});
