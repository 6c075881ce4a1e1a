import type { Redis } from 'ioredis';
import { type JobQueue, unlessMoved } from './ensure-job.ts';
import { scoreOfMs } from './jobs.ts';
import { withRedisTimeout } from './with-redis-timeout.ts';

/** How far the clocks of two hosts may differ, or the instants before and after a job was delayed. */
const toleranceMs = 5000;
const chunkSize = 500;
const stepLimitMs = 5000;

/** A range of the delayed jobs: those that lie further ahead than that. */
interface Beyond {
  queue: JobQueue;
  fromScore: number;
}

export const jobsBeyond = (queue: JobQueue, longestMs: number, now: number): Beyond => ({
  queue,
  fromScore: (now + longestMs + toleranceMs) * scoreOfMs,
});

export const countBeyond = (redis: Redis, { queue, fromScore }: Beyond): Promise<number> =>
  withRedisTimeout(stepLimitMs, redis.zcount(queue.toKey('delayed'), fromScore, '+inf'));

/** Gives `count` of them new delays, from now, a chunk after the other: none is read twice, since it lies near then. */
export async function redelayBeyond(
  redis: Redis,
  { queue, fromScore }: Beyond,
  count: number,
  delayMs: () => number,
): Promise<void> {
  for (let done = 0; done < count; done += chunkSize) {
    const ids = redis.zrangebyscore(queue.toKey('delayed'), fromScore, '+inf', 'LIMIT', 0, chunkSize);
    await redelay(queue, await withRedisTimeout(stepLimitMs, ids), delayMs);
  }
}

/** Gives the delayed jobs new delays, from now. One that is not delayed any more is left alone. */
async function redelay(queue: JobQueue, ids: readonly string[], delayMs: () => number): Promise<void> {
  const changes = ids.map((id) => queue.getBackend().changeDelay(id, delayMs()).catch(unlessMoved));
  await withRedisTimeout(stepLimitMs, Promise.all(changes));
}
