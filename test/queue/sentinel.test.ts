import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { QueueUnavailableError } from '../../src/core/errors.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { checkRedis } from '../../src/queue/start-check.ts';
import { listenOnLoopback } from '../../tools/testkit/loopback.ts';
import { launchRedisSentinels, masterName, type RedisSentinels } from '../../tools/testkit/redis-sentinels.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { expectJobsGoOn, expectQueueWorks } from './whole-queue.ts';
import { aRun, keptLog, newPrefix, openQueue } from './harness.ts';

const password = 'hunter2pass';
const sentinelPassword = 'hunter3pass';
let sentinels: RedisSentinels;
beforeAll(async () => void (sentinels = await launchRedisSentinels({ password, sentinelPassword })), 60_000);
afterAll(() => sentinels?.stop());

interface More {
  name?: string;
  ofSentinels?: string | null;
  url?: string;
}

const place = ({ name = masterName, ofSentinels = sentinelPassword, url }: More = {}) => ({
  redisUrl: (url ?? sentinels.redisUrl).replaceAll('redis://', `redis://:${password}@`),
  redisMode: 'sentinel' as const,
  redisSentinel: { masterName: name, username: null, password: ofSentinels },
  queuePrefix: newPrefix(),
});

describe('a queue behind sentinels', () => {
  it('works on the master that they name, with its own password', async () => {
    await expectQueueWorks(place());
    expect(await checkRedis(place())).toMatchObject({ kind: 'fit' });
  });

  it('works while two of three sentinels do not respond', async () => {
    const url = [await startSilent(), await startSilent(), sentinels.redisUrl].join(',');
    expect(await checkRedis(place({ url }))).toMatchObject({ kind: 'fit' });
  });

  it('fails fast, and closes in a moment, while no sentinel responds', async () => {
    const { queuePrefix, ...where } = place({ url: await startSilent() });
    const queue = createQueue({ ...where, queuePrefix, log: keptLog().log });
    const startedAt = performance.now();
    await expect(queue.probe()).rejects.toThrow('no sentinel says where the master mymaster is: Redis gave no answer within');
    void queue.probe().catch(() => {});
    await queue.close();
    expect(performance.now() - startedAt).toBeLessThan(8000);
  });

  it('names what keeps it from being used: name, password, addresses', async () => {
    const wrong = [
      await checkRedis(place({ name: 'other' })),
      await checkRedis(place({ ofSentinels: 'hunter4pass' })),
      await checkRedis(place({ ofSentinels: null })),
    ];
    expect(wrong).toMatchObject([
      { kind: 'fault', fault: expect.stringMatching(/^REDIS_SENTINEL_NAME holds "other"; the sentinel at \S+ knows no master/) },
      { kind: 'fault', fault: expect.stringMatching(/^REDIS_SENTINEL_PASSWORD: the sentinel at \S+ /) },
      { kind: 'fault', fault: expect.stringMatching(/^REDIS_SENTINEL_PASSWORD: the sentinel at \S+ /) },
    ]);
    expect(JSON.stringify(wrong)).not.toMatch(/hunter\dpass/);
    const alone = await startRedis();
    expect(await checkRedis({ ...place({ ofSentinels: null }), redisUrl: alone.url })).toMatchObject({
      kind: 'fault',
      fault: expect.stringMatching(/^REDIS_URL: \S+ is not a sentinel, and REDIS_MODE is sentinel/),
    });
    const [one] = sentinels.sentinels;
    expect(
      await checkRedis({ redisUrl: `redis://:${sentinelPassword}@127.0.0.1:${one?.port}`, queuePrefix: newPrefix() }),
    ).toEqual({
      kind: 'fault',
      fault: `REDIS_URL: Redis at 127.0.0.1:${one?.port} is a sentinel; set REDIS_MODE to sentinel`,
    });
    const away = await checkRedis(place({ url: 'redis://127.0.0.1:1' }));
    expect(away).toMatchObject({ kind: 'wait', reason: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('a sentinel that names a replica', () => {
  it('is not believed: the reason is reported, and the replica not used', async () => {
    const [first] = sentinels.sentinels;
    const master = await sentinels.master();
    const replica = sentinels.nodes.find((node) => node !== master);
    await first?.admin.call('SENTINEL', 'MONITOR', 'other', '127.0.0.1', replica?.port ?? 0, 2);
    onTestFinished(async () => void (await first?.admin.call('SENTINEL', 'REMOVE', 'other')));
    const { log, lines } = keptLog();
    const other = place({ name: 'other' });
    const queue = openQueue(other, other.queuePrefix, log);
    await expect(queue.probe()).rejects.toThrow(`${replica?.address} is not the master, or not any more`);
    await expect(queue.scheduleTrainingCheck(aRun('job-1'), 0)).rejects.toBeInstanceOf(QueueUnavailableError);
    expect(lines).toMatchObject([{ event: 'redis.unavailable', node: replica?.address }]);
    expect(await checkRedis(other)).toMatchObject({ kind: 'wait', reason: expect.stringContaining('READONLY') });
  });
});

describe('a fail-over of the master', () => {
  it('which was cut off and keeps its connections > is left for the new one', async () => {
    const former = await sentinels.master();
    await expectJobsGoOn(place(), async () => {
      former.child.signal('SIGSTOP');
      const master = await sentinels.masterAfter(former);
      // It still takes itself for the master until a sentinel tells it.
      former.child.signal('SIGCONT');
      return master;
    });
  }, 90_000);
});

/** A server that accepts connections and never responds. A sentinel that was frozen trusts its clock again only after 30 s. */
async function startSilent(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `redis://127.0.0.1:${await listenOnLoopback(server)}`;
}
