import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueueUnavailableError } from '../../src/core/errors.ts';
import { hashTagOf, slotOf } from '../../src/core/hash-slot.ts';
import { checkRedis } from '../../src/queue/start-check.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { launchRedisCluster, type RedisCluster } from '../../tools/testkit/redis-cluster.ts';
import type { RedisNode } from '../../tools/testkit/redis-node.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { expectJobsGoOn, expectQueueWorks } from './whole-queue.ts';
import { aRun, keptLog, newPrefix, openQueue } from './harness.ts';

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

describe('the slot of the queue that moves to another node', () => {
  it('takes no jobs meanwhile, says so, and is found where it is then', async () => {
    const [to] = cluster.others;
    const from = await holderOf(slotOf(queuePrefix));
    if (to === undefined) throw new Error('no other node');
    const { log, lines } = keptLog();
    const queue = openQueue(place(), queuePrefix, log);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    const idOf = async ({ admin }: RedisNode): Promise<string> => String(await admin.call('CLUSTER', 'MYID'));
    const setSlot = ({ admin }: RedisNode, ...state: string[]) => admin.call('CLUSTER', 'SETSLOT', slotOf(queuePrefix), ...state);
    await setSlot(to, 'IMPORTING', await idOf(from));
    await setSlot(from, 'MIGRATING', await idOf(to));
    const refused = await queue.scheduleTrainingCheck(aRun('job-2'), 0).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(QueueUnavailableError);
    expect(String(refused)).toMatch(/the cluster moves its data \((TRYAGAIN|ASK) /);
    expect(lines).toMatchObject([{ event: 'redis.refused', reason: expect.stringContaining('the cluster moves its data') }]);

    const keys = (await from.admin.call('CLUSTER', 'GETKEYSINSLOT', slotOf(queuePrefix), 1000)) as string[];
    await from.admin.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys);
    for (const node of [to, from, ...cluster.others]) await setSlot(node, 'NODE', await idOf(to));
    await eventually(() => queue.scheduleTrainingCheck(aRun('job-3'), 0).then(() => true));
    expect(await to.admin.exists(`${queuePrefix}:check-training:check-job-1`, `${queuePrefix}:check-training:check-job-3`)).toBe(
      2,
    );
  });
});

async function holderOf(slot: number): Promise<RedisNode> {
  const ranges = (await cluster.others[0]?.admin.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
  const port = ranges.find(([first, last]) => first <= slot && slot <= last)?.[2][1];
  const found = [cluster.holder, cluster.replica].find((node) => node.port === port);
  if (found === undefined) throw new Error('no node holds the queue');
  return found;
}
