import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashTagOf, slotOf } from '../../src/core/hash-slot.ts';
import { checkRedis } from '../../src/queue/start-check.ts';
import { launchRedisCluster, type RedisCluster } from '../../tools/testkit/redis-cluster.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { expectJobsGoOn, expectQueueWorks } from './whole-queue.ts';
import { newPrefix } from './harness.ts';

const queuePrefix = newPrefix();
let cluster: RedisCluster;
beforeAll(async () => void (cluster = await launchRedisCluster({ queuePrefix })), 60_000);
afterAll(() => cluster?.stop());

const place = (more: object = {}) => ({ redisUrl: cluster.redisUrl, redisMode: 'cluster' as const, queuePrefix, ...more });

describe('slotOf', () => {
  it.each(['{autodeploy-ml}:check-training:wait', 'a', 'x{}y', '{}{a}', 'foo{{bar}}zap', 'ü{é}', '123456789', 'a}b{c}'])(
    'is what the server computes for %s',
    async (key) => {
      expect(slotOf(key)).toBe(await cluster.holder.admin.call('CLUSTER', 'KEYSLOT', key));
      expect(slotOf(hashTagOf(key) ?? key)).toBe(slotOf(key));
    },
  );
});

describe('a queue in a cluster', () => {
  it('works from the addresses of other nodes', async () => {
    await expectQueueWorks(place());
  });

  it('is checked at the start on the node that holds it', async () => {
    expect(await checkRedis(place())).toMatchObject({ kind: 'fit', facts: { evictionPolicy: 'noeviction' } });
  });

  it('names what keeps it from being used: mode, rights, password', async () => {
    const [first] = cluster.others;
    const other = `127.0.0.1:${first?.port}`;
    expect(await checkRedis({ redisUrl: `redis://${other}`, queuePrefix })).toEqual({
      kind: 'fault',
      fault: `REDIS_URL: Redis at ${other} is a node of a cluster; set REDIS_MODE to cluster`,
    });
    const alone = await startRedis();
    expect(await checkRedis(place({ redisUrl: alone.url }))).toMatchObject({
      kind: 'fault',
      fault: expect.stringMatching(/^REDIS_URL: .* is not a node of a cluster .*REDIS_MODE may be single$/),
    });
    const nodes = [cluster.holder, cluster.replica, ...cluster.others];
    const allow = (...rules: string[]) =>
      Promise.all(
        nodes.map(({ admin }) => admin.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>hunter2pass', '~*', '&*', ...rules)),
      );
    const check = (password: string) =>
      checkRedis(place({ redisUrl: cluster.redisUrl.replaceAll('redis://', `redis://app:${password}@`) }));
    await allow('+@all', '-cluster');
    const denied = await check('hunter2pass');
    expect(denied).toMatchObject({
      kind: 'fault',
      fault: expect.stringContaining('ACL SETUSER app +cluster|slots +cluster|nodes'),
    });
    await allow('+@all', '-cluster', '+cluster|slots', '+cluster|nodes');
    expect(await check('hunter2pass')).toMatchObject({ kind: 'fit' });
    await allow('+@all', '-evalsha');
    expect(await check('hunter2pass')).toMatchObject({ kind: 'fault', fault: expect.stringContaining('run EVALSHA') });
    const wrong = await check('hunter3pass');
    expect(wrong).toMatchObject({ kind: 'fault', fault: expect.stringContaining('password in REDIS_URL is wrong') });
    for (const result of [denied, wrong]) expect(JSON.stringify(result)).not.toMatch(/hunter\dpass/);
  });
});

describe('a fail-over of the node that holds the queue', () => {
  it('which was demoted and keeps its connections > is left for the new one', async () => {
    const { holder, replica } = cluster;
    await expectJobsGoOn(place(), async () => {
      await replica.admin.call('CLUSTER', 'FAILOVER');
      await cluster.becomesHolder(replica);
      expect(await holder.info('role')).toBe('slave');
      return replica;
    });
  }, 60_000);
});
