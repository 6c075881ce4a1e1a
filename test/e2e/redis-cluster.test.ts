import { expect, onTestFinished, test } from 'vitest';
import { launchRedisCluster } from '../../tools/testkit/redis-cluster.ts';
import { tlsFiles } from '../../tools/testkit/redis-node.ts';
import { newPrefix } from '../queue/harness.ts';
import { expectKilledMasterToCostNothing } from './kill-redis-master.ts';

test('a cluster with TLS and a password: the node with the queue is killed', async () => {
  const queuePrefix = newPrefix();
  const secret = 'hunter2pass';
  const cluster = await launchRedisCluster({ queuePrefix, tls: true, password: secret });
  onTestFinished(() => cluster.stop());
  const env = {
    REDIS_MODE: 'cluster',
    REDIS_URL: cluster.redisUrl,
    QUEUE_PREFIX: queuePrefix,
    // The certificate names localhost alone, and the nodes name each other by their IP address.
    NODE_EXTRA_CA_CERTS: tlsFiles.certificate,
    secret,
  };
  expect(env.REDIS_URL).toMatch(/^rediss:\/\/:hunter2pass@localhost:/);
  await expectKilledMasterToCostNothing(env, () => cluster.holder.kill());
}, 150_000);
