import { expect, it } from 'vitest';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { aDeployment, aRun, newPrefix, openQueue, openRedis } from './harness.ts';

const minute = 60_000;
const hour = 60 * minute;

it('jobs that lie too far ahead get a new delay in both queues; the others keep their time', async () => {
  const prefix = newPrefix();
  const queue = openQueue(redisUrl(), prefix);
  await queue.scheduleTrainingCheck(aRun('far'), hour);
  await queue.scheduleTrainingCheck(aRun('near'), minute);
  await queue.deploy(aDeployment('d-far'), hour);
  const reported: number[] = [];
  const pulled = await queue.pullForward(75_000, (count) => {
    reported.push(count);
    return 1000;
  });
  expect([pulled, reported]).toEqual([2, [2, 2]]);
  const redis = openRedis(redisUrl());
  const dueInMs = async (name: string, id: string): Promise<number> =>
    Number(await redis.zscore(`${prefix}:${name}:delayed`, id)) / 0x1000 - Date.now();
  expect(await dueInMs('check-training', 'check-far')).toBeLessThanOrEqual(1000);
  expect(await dueInMs('deploy', 'deploy-d-far')).toBeLessThanOrEqual(1000);
  expect(await dueInMs('check-training', 'check-near')).toBeGreaterThan(minute / 2);
  expect(await queue.pullForward(75_000, () => 0)).toBe(0);
});
