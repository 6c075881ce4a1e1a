import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../dev/ports.ts';
import { redisProgram } from '../dev/redis-server.ts';
import { Child } from './child.ts';
import { eventually } from './eventually.ts';
import { RedisNode, tlsSettings } from './redis-node.ts';

export interface SentinelOptions {
  replicas?: number;
  /** Of the servers. */
  password?: string;
  /** Of the sentinels. */
  sentinelPassword?: string;
  /** For all of them. */
  tls?: boolean;
  /** How long a master may be silent before the sentinels agree on a replica. */
  downAfterMs?: number;
}

export const masterName = 'mymaster';

/** A master with its replicas, and three sentinels. */
export interface RedisSentinels {
  /** Of the sentinels. */
  readonly redisUrl: string;
  readonly nodes: readonly RedisNode[];
  readonly sentinels: readonly Sentinel[];
  /** The node that the sentinels name. */
  master(): Promise<RedisNode>;
  /** Resolves with the master when the sentinels agree on another one than that. */
  masterAfter(former: RedisNode): Promise<RedisNode>;
  stop(): Promise<void>;
}

interface Sentinel {
  readonly port: number;
  readonly child: Child;
  readonly admin: Redis;
}

const quorum = 2;
const startMs = { withinMs: 30_000 };

/** Starts the servers on free ports of the loopback address; they end with this process. */
export async function launchRedisSentinels(options: SentinelOptions = {}): Promise<RedisSentinels> {
  const { replicas = 2, password, tls } = options;
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-sentinels-'));
  const nodes: RedisNode[] = [];
  const sentinels: Sentinel[] = [];
  const stop = async (): Promise<void> => {
    for (const { admin } of sentinels) admin.disconnect();
    await Promise.all([...sentinels.map(({ child }) => child.kill()), ...nodes.map((node) => node.stop())]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const secrets: Record<string, string> = password === undefined ? {} : { requirepass: password, masterauth: password };
    const settings = { ...secrets, 'repl-ping-replica-period': '1', 'repl-diskless-sync-delay': '0' };
    const first = await RedisNode.launch({ port: await freePort(), settings, password, tls });
    nodes.push(first);
    for (let count = 0; count < replicas; count += 1) {
      const port = await freePort();
      nodes.push(
        await RedisNode.launch({ port, settings: { ...settings, replicaof: `127.0.0.1 ${first.port}` }, password, tls }),
      );
    }
    await Promise.all(
      nodes.slice(1).map((node) =>
        eventually(
          () => node.info('master_link_status'),
          (status) => status === 'up',
          startMs,
        ),
      ),
    );
    for (let count = 0; count < 3; count += 1) sentinels.push(await launchSentinel(folder, first.port, options));
    const agreed = async ({ admin }: Sentinel): Promise<boolean> => {
      const details = (await admin.call('SENTINEL', 'MASTER', masterName)) as string[];
      const of = (field: string): string | undefined => details[details.indexOf(field) + 1];
      return of('num-other-sentinels') === '2' && of('num-slaves') === String(replicas) && of('flags') === 'master';
    };
    await eventually(
      () => Promise.all(sentinels.map(agreed)),
      (all) => all.every(Boolean),
      { ...startMs, what: 'sentinels that know each other' },
    );
    const named = async (): Promise<(RedisNode | undefined)[]> =>
      Promise.all(
        sentinels.map(async ({ admin }) => {
          const [, port] = (await admin.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)) as string[];
          return nodes.find((node) => String(node.port) === port);
        }),
      );
    return {
      redisUrl: sentinels.map(({ port }) => (tls ? `rediss://localhost:${port}` : `redis://127.0.0.1:${port}`)).join(','),
      nodes,
      sentinels,
      async master() {
        const [node] = await named();
        if (node === undefined) throw new Error('the sentinels name an unknown node');
        return node;
      },
      async masterAfter(former) {
        const [node] = await eventually(
          named,
          (all) => all.every((one) => one !== undefined && one !== former && one === all[0]),
          { withinMs: 60_000, what: 'another master' },
        );
        return node as RedisNode;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A sentinel writes what it learns into its configuration. */
async function launchSentinel(folder: string, masterPort: number, options: SentinelOptions): Promise<Sentinel> {
  const { password, sentinelPassword, tls = false, downAfterMs = 1500 } = options;
  const port = await freePort();
  const file = join(folder, `sentinel-${port}.conf`);
  const lines = [
    `port ${tls ? 0 : port}`,
    ...(tls ? Object.entries(tlsSettings(port)).map(([name, value]) => `${name} ${value}`) : []),
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${masterName} 127.0.0.1 ${masterPort} ${quorum}`,
    `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
    `sentinel failover-timeout ${masterName} 5000`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${masterName} ${password}`]),
    ...(sentinelPassword === undefined ? [] : [`requirepass ${sentinelPassword}`, `sentinel sentinel-pass ${sentinelPassword}`]),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const child = new Child(redisProgram(), [file, '--sentinel'], process.env);
  await child.until(() => child.output.find((line) => /\+monitor master/.test(line)), 'a sentinel that watches');
  const tlsOptions = tls ? { rejectUnauthorized: false } : undefined;
  const admin = new Redis({ host: '127.0.0.1', port, lazyConnect: true, password: sentinelPassword, tls: tlsOptions });
  admin.on('error', () => {});
  return { port, child, admin };
}
