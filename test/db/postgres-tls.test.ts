import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { connectionsTo } from '../../src/db/postgres/open-store.ts';
import { type PostgresServer, startPostgres } from '../../tools/testkit/postgres.ts';
import { serverUser } from '../../tools/testkit/postgres-programs.ts';
import { tlsFiles } from '../../tools/testkit/redis-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'autodeploy-tls-'));
const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')];
let server: PostgresServer;

beforeAll(async () => {
  copyFileSync(tlsFiles.key, key);
  copyFileSync(tlsFiles.certificate, certificate);
  const { uid, gid } = serverUser();
  if (uid !== undefined && gid !== undefined) for (const path of [folder, key, certificate]) chownSync(path, uid, gid);
  chmodSync(key, 0o600);
  server = await startPostgres({ settings: { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key } });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether a connection of this address is encrypted. */
async function isEncrypted(host: string, parameters: string): Promise<boolean> {
  const url = `postgres://postgres@${host}:${server.port}/postgres${parameters}`;
  const connections = connectionsTo(url, { waitMs: 20_000, applicationName: 'test', login: { passwordFile: null, iam: false } });
  onTestFinished(() => connections.close());
  const client = await connections.acquire(performance.now() + 20_000);
  try {
    const { rows } = await client.query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    return rows[0]?.ssl === true;
  } finally {
    client.release();
  }
}

it.each([
  ['127.0.0.1', '', true],
  ['127.0.0.1', '?sslmode=prefer', true],
  ['127.0.0.1', '?sslmode=require', true],
  ['127.0.0.1', '?sslmode=disable', false],
  ['127.0.0.1', `?sslmode=require&sslrootcert=${certificate}`, true],
  ['127.0.0.1', `?sslmode=verify-ca&sslrootcert=${certificate}`, true],
  ['localhost', `?sslmode=verify-full&sslrootcert=${certificate}`, true],
])('a connection to %s with "%s" is made, and encrypted: %s', async (host, parameters, encrypted) => {
  expect(await isEncrypted(host, parameters)).toBe(encrypted);
});

it.each([
  ['127.0.0.1', '?sslmode=verify-ca', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['127.0.0.1', '?sslmode=verify-full', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['127.0.0.1', `?sslmode=verify-full&sslrootcert=${certificate}`, 'ERR_TLS_CERT_ALTNAME_INVALID'],
])('a connection to %s with "%s" is refused: %s', async (host, parameters, code) => {
  await expect(isEncrypted(host, parameters)).rejects.toMatchObject({ code });
});
