import { launchRedisCluster } from '../testkit/redis-cluster.ts';
import { launchRedisSentinels, masterName } from '../testkit/redis-sentinels.ts';
import type { RedisNode } from '../testkit/redis-node.ts';

/** Several servers with one master of the queue. */
export interface RedisSet {
  redisUrl: string;
  /** What a program needs beside the address. */
  env: Record<string, string>;
  master: RedisNode;
  /** Asks the set to make another node the master, as for an upgrade. */
  demote: () => Promise<unknown>;
  /** Resolves when the set has another master. */
  hasAnother: () => Promise<unknown>;
  stop: () => Promise<void>;
}

interface SetOptions {
  queuePrefix: string;
  /** How long a master may be silent. */
  detectMs: number;
}

export async function startSet(mode: 'cluster' | 'sentinel', { queuePrefix, detectMs }: SetOptions): Promise<RedisSet> {
  if (mode === 'cluster') {
    const cluster = await launchRedisCluster({ queuePrefix, nodeTimeoutMs: detectMs });
    return {
      redisUrl: cluster.redisUrl,
      env: { REDIS_MODE: 'cluster' },
      master: cluster.holder,
      demote: () => cluster.replica.admin.call('CLUSTER', 'FAILOVER'),
      hasAnother: () => cluster.becomesHolder(cluster.replica),
      stop: () => cluster.stop(),
    };
  }
  const sentinels = await launchRedisSentinels({ downAfterMs: detectMs });
  const master = await sentinels.master();
  return {
    redisUrl: sentinels.redisUrl,
    env: { REDIS_MODE: 'sentinel', REDIS_SENTINEL_NAME: masterName },
    master,
    demote: async () => sentinels.sentinels[0]?.admin.call('SENTINEL', 'FAILOVER', masterName),
    hasAnother: () => sentinels.masterAfter(master),
    stop: () => sentinels.stop(),
  };
}

interface MasterChange {
  name: string;
  /** Resolves when the set has another master. */
  to: (set: RedisSet) => Promise<void>;
}

export const changes: readonly MasterChange[] = [
  {
    name: 'killed',
    async to({ master, hasAnother }) {
      await master.kill();
      await hasAnother();
    },
  },
  {
    name: 'frozen, and back as if nothing had been',
    async to({ master, hasAnother }) {
      master.child.signal('SIGSTOP');
      await hasAnother();
      master.child.signal('SIGCONT');
    },
  },
  {
    name: 'demoted',
    async to({ demote, hasAnother }) {
      await demote();
      await hasAnother();
    },
  },
];
