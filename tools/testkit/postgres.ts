import { afterAll, inject, onTestFinished } from 'vitest';
import { Client } from 'pg';
import { randomUUID } from 'node:crypto';
import { launchPostgres, type PostgresOptions, type PostgresServer } from './postgres-server.ts';

export type { PostgresServer } from './postgres-server.ts';

/** The server that all test files share, at a database of which each test needs its own: `freshDatabase`. */
export const postgresUrl = (): string => inject('postgresUrl');

/**
 * Makes a database on the shared server, which is dropped after the test, with its connections: a copy of `template`, to
 * which there may be no connection, or an empty one. @returns its `postgres://` address.
 */
export async function freshDatabase(template = 'template0'): Promise<string> {
  const url = await makeDatabase(template);
  onTestFinished(() => dropDatabase(url));
  return url;
}

/** The same, which the caller drops. */
export async function makeDatabase(template = 'template0'): Promise<string> {
  const url = new URL(postgresUrl());
  url.pathname = `/test_${randomUUID().replaceAll('-', '')}`;
  await run(`CREATE DATABASE ${url.pathname.slice(1)} TEMPLATE ${template}`);
  return url.href;
}

export const dropDatabase = (url: string): Promise<void> =>
  run(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);

async function run(statement: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl(), connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A server for one test file, to kill, pause and start again. It is stopped when the file ends, however that ends. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const server = await launchPostgres({ pristine: inject('postgresPristine'), ...options });
  servers.push(server);
  return server;
}

const servers: PostgresServer[] = [];

afterAll(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});
