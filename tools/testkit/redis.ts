import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { launchRedis, type RedisOptions, type RedisServer } from './redis-child.ts';

export type { RedisServer } from './redis-child.ts';

/** The server that all test files share. Tests use queue prefixes or keys of their own, and never FLUSHALL. */
export const redisUrl = (): string => inject('redisUrl');

/** A server for one test, to kill and restart: `startRedis({ port, dir, appendonly: true })` continues with its data. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const redis = await launchRedis({ dir: options.appendonly ? newFolder() : undefined, ...options });
  servers.push(redis);
  return redis;
}

const servers: RedisServer[] = [];
const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-redis-'));
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
