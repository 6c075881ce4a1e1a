import { expect, it } from 'vitest';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { aRun, newPrefix, openQueue, openRedis } from './harness.ts';

const hour = 3_600_000;

it('a nudge makes sleeping checks due, adds missing ones, and has all of them describe', async () => {
  const prefix = newPrefix();
  const queue = openQueue(redisUrl(), prefix);
  const redis = openRedis(redisUrl());
  const describedAt = async (name: string): Promise<unknown> =>
    (JSON.parse((await redis.hget(`${prefix}:check-training:check-${name}`, 'data')) ?? '{}') as { described_at?: unknown })
      .described_at;
  const waiting = () => redis.lrange(`${prefix}:check-training:wait`, 0, -1);

  await queue.scheduleTrainingCheck(aRun('sleeps'), hour, 1000);
  await queue.scheduleTrainingCheck(aRun('rests'), hour, 1000);
  expect(await describedAt('sleeps')).toBe(1000);
  expect(await queue.nudgeTrainingChecks([aRun('sleeps'), aRun('lost'), aRun('not valid')], () => 0)).toEqual([
    { trainingJobName: 'not valid', reason: expect.stringContaining('no job can be made of it') },
  ]);
  expect((await waiting()).toSorted()).toEqual(['check-lost', 'check-sleeps']);
  expect([await describedAt('sleeps'), await describedAt('lost'), await describedAt('rests')]).toEqual([null, null, 1000]);
  // Once more, as the feed repeats it.
  expect(await queue.nudgeTrainingChecks([aRun('sleeps')], () => 0)).toEqual([]);
  expect(await waiting()).toHaveLength(2);
});

it('a nudge leaves a failing check its budget', async () => {
  const prefix = newPrefix();
  const queue = openQueue(redisUrl(), prefix);
  await queue.scheduleTrainingCheck(aRun('fails'), hour, 1000);
  const job = await queue.queues[0]?.getJob('check-fails');
  await job?.updateData({ ...job.data, failing_since: 5000 });
  for (let count = 0; count < 2; count += 1) {
    await queue.nudgeTrainingChecks([aRun('fails')], () => 0);
    expect((await queue.queues[0]?.getJob('check-fails'))?.data).toMatchObject({ failing_since: 5000, described_at: null });
  }
});

it('a nudge of many leaves each a time of its own', async () => {
  const prefix = newPrefix();
  const queue = openQueue(redisUrl(), prefix);
  const redis = openRedis(redisUrl());
  const names = Array.from({ length: 250 }, (_, number) => `job-${number}`);
  for (const name of names.slice(0, 3)) await queue.scheduleTrainingCheck(aRun(name), hour, 1000);
  let next = 0;
  await queue.nudgeTrainingChecks(names.map(aRun), () => (next += 1000));
  const key = `${prefix}:check-training:delayed`;
  expect(await redis.zcard(key)).toBe(250);
  const dueInMs = async (name: string): Promise<number> => Number(await redis.zscore(key, `check-${name}`)) / 0x1000 - Date.now();
  expect(await dueInMs('job-0')).toBeLessThanOrEqual(1000);
  expect(await dueInMs('job-249')).toBeGreaterThan(100_000);
});
