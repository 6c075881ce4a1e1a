import { describe, expect, it } from 'vitest';
import { redisUrl, startRedis } from '../../tools/testkit/redis.ts';
import { aDeployment, aRun, newPrefix, openQueue, openRedis } from './harness.ts';

const hour = 3_600_000;
const many = (count: number) => Array.from({ length: count }, (_, i) => aRun(`ml-sentiment-training-20261124-150253-${i}`));

async function usedMemory(redis: ReturnType<typeof openRedis>): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
}

/** Time on the processor, which does not depend on what else the machine does. */
async function cpuMs<T>(work: () => Promise<T>): Promise<{ result: T; tookMs: number }> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return { result, tookMs: (user + system) / 1000 };
}

describe('restoring', () => {
  it('adds only missing jobs, with the delay for their kind, and returns whose', async () => {
    const queue = openQueue(redisUrl(), newPrefix());
    await queue.scheduleTrainingCheck(aRun('job-1'), hour);
    await queue.scheduleTrainingCheck(aRun('job-2'), 0);
    const wanted = {
      runs: [aRun('job-1'), aRun('job-2'), aRun('job-3')],
      deployments: [aDeployment('d-1')],
    };
    const delays = { check: hour, deploy: 0 };
    expect(await queue.restore(wanted, (kind) => delays[kind])).toEqual({
      runs: [aRun('job-3')],
      deployments: [aDeployment('d-1')],
      refused: [],
    });
    expect(await queue.depths()).toMatchObject({ 'check-training': { waiting: 1, delayed: 2 }, deploy: { waiting: 1 } });
    expect(await queue.restore(wanted, () => 0)).toEqual({ runs: [], deployments: [], refused: [] });
  });

  it('skips those of which no job can be made, and returns them', async () => {
    const queue = openQueue(redisUrl(), newPrefix());
    const bad = { ...aRun('job-2'), endpointName: 'bad name' };
    const wanted = {
      runs: [aRun('job-1'), bad, aRun('job-3')],
      deployments: [aDeployment('d:1'), aDeployment('d-2')],
    };
    const restored = await queue.restore(wanted, () => hour);
    expect(restored).toMatchObject({ runs: [aRun('job-1'), aRun('job-3')], deployments: [aDeployment('d-2')] });
    expect(restored.refused).toEqual([
      { kind: 'run', name: 'job-2', reason: expect.stringContaining('endpoint_name is "bad name"') },
      { kind: 'deployment', name: 'd:1', reason: expect.stringContaining('no job can be made of it: deployment_id') },
    ]);
    expect(await queue.restore(wanted, () => hour)).toEqual({ runs: [], deployments: [], refused: restored.refused });
  });

  it('brings everything back after FLUSHALL, also when many do it at once', async () => {
    const server = await startRedis();
    const redis = openRedis(server.url);
    const prefix = newPrefix();
    const queues = [openQueue(server.url, prefix), openQueue(server.url, prefix), openQueue(server.url, prefix)];
    const wanted = { runs: many(1000), deployments: [aDeployment('d-1')] };
    await queues[0]?.restore(wanted, () => hour);
    await redis.flushall();
    await Promise.all(queues.map((queue) => queue.restore(wanted, () => hour)));
    expect(await queues[0]?.depths()).toMatchObject({ 'check-training': { delayed: 1000 }, deploy: { delayed: 1 } });
  });

  it('replaces finished jobs, and jobs that are in no list any more', async () => {
    const prefix = newPrefix();
    const queue = openQueue(redisUrl(), prefix);
    const redis = openRedis(redisUrl());
    const runs = many(3);
    await queue.restore({ runs, deployments: [] }, () => hour);
    const key = `${prefix}:check-training`;
    const [first, second] = await redis.zrange(`${key}:delayed`, '0', '-1');
    await redis.zrem(`${key}:delayed`, String(first), String(second));
    await redis.zadd(`${key}:completed`, String(Date.now()), String(first));
    expect((await queue.restore({ runs, deployments: [] }, () => hour)).runs).toHaveLength(2);
    expect(await queue.depths()).toMatchObject({ 'check-training': { delayed: 3, completed: 0 } });
  });

  it('takes less than 2 s of work, and 2 KB each, for 10,000', async () => {
    const server = await startRedis();
    const redis = openRedis(server.url);
    const queue = openQueue(server.url, newPrefix());
    await queue.probe();
    const before = await usedMemory(redis);
    const wanted = { runs: many(10_000), deployments: [] };
    const restored = await cpuMs(() => queue.restore(wanted, () => hour));
    const bytesEach = ((await usedMemory(redis)) - before) / 10_000;
    const observed = await cpuMs(() => queue.restore(wanted, () => hour));
    expect([restored.result.runs.length, observed.result.runs.length]).toEqual([10_000, 0]);
    expect(bytesEach).toBeLessThan(2048);
    expect(restored.tookMs).toBeLessThan(2000);
    expect(observed.tookMs).toBeLessThan(500);
  });
});
