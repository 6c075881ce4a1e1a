import { expect, it } from 'vitest';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { aRun, newPrefix, openQueue, openRedis } from './harness.ts';

const hour = 3_600_000;

it('returns how many due jobs no worker has taken, and since when the oldest is due', async () => {
  const prefix = newPrefix();
  const queue = openQueue(redisUrl(), prefix);
  const redis = openRedis(redisUrl());
  const dueOfChecks = async () => (await queue.due())['check-training'];
  expect(await queue.due()).toEqual({ 'check-training': { count: 0, oldest: null }, deploy: { count: 0, oldest: null } });

  // Delayed, and not yet due.
  await queue.scheduleTrainingCheck(aRun('job-1'), hour);
  expect(await dueOfChecks()).toEqual({ count: 0, oldest: null });

  const before = Date.now();
  await queue.scheduleTrainingCheck(aRun('job-2'), 0);
  const waiting = await dueOfChecks();
  expect(waiting).toMatchObject({ count: 1, oldest: { trainingJobName: 'job-2' } });
  expect(waiting?.oldest?.since).toBeGreaterThanOrEqual(before);
  expect(waiting?.oldest?.since).toBeLessThanOrEqual(Date.now());

  // Delayed, and due for a minute: as BullMQ keeps it.
  const due = Date.now() - 60_000;
  await redis.zadd(`${prefix}:check-training:delayed`, due * 0x1000, 'check-job-1');
  expect(await dueOfChecks()).toEqual({ count: 2, oldest: { trainingJobName: 'job-1', since: due } });
});

it('counts the wait of a job that ran before from when it was first seen to wait, each time', async () => {
  const prefix = newPrefix();
  const queue = openQueue(redisUrl(), prefix);
  const redis = openRedis(redisUrl());
  await queue.scheduleTrainingCheck(aRun('job-1'), 0);
  const key = `${prefix}:check-training:check-job-1`;
  const since = async () => (await queue.due())['check-training']?.oldest?.since ?? 0;
  await redis.hset(key, { ats: 1, timestamp: Date.now() - hour });
  const first = await since();
  expect(Date.now() - first).toBeLessThan(1000);
  expect(await since()).toBe(first);
  await redis.hset(key, { ats: 2 });
  expect(await since()).toBeGreaterThanOrEqual(first);
  expect(Date.now() - (await since())).toBeLessThan(1000);
});
