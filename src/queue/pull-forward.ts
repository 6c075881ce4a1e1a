import type { Redis } from 'ioredis';
import { ErrorCode } from 'bullmq';
import type { JobQueue } from './ensure-job.ts';
import { withRedisTimeout } from './with-redis-timeout.ts';

/** BullMQ keeps a delayed job's instant in the score, with a counter in its lowest 12 bits (`getDelayedScore` of its scripts). */
export const scoreOfMs = 0x1000;
/** How far the clocks of two hosts may differ, or the instants before and after a job was delayed. */
const toleranceMs = 5000;
const chunkSize = 500;
const stepLimitMs = 5000;

/** The ids of the delayed jobs that lie further ahead than that. */
export async function jobsBeyond(redis: Redis, queue: JobQueue, longestMs: number, now: number): Promise<string[]> {
  const beyond = (now + longestMs + toleranceMs) * scoreOfMs;
  return withRedisTimeout(stepLimitMs, redis.zrangebyscore(queue.toKey('delayed'), beyond, '+inf'));
}

/** Gives the delayed jobs new delays, from now. One that is not delayed any more is left alone. */
export async function redelay(queue: JobQueue, ids: readonly string[], delayMs: () => number): Promise<void> {
  for (let start = 0; start < ids.length; start += chunkSize) {
    const chunk = ids
      .slice(start, start + chunkSize)
      .map((id) => queue.getBackend().changeDelay(id, delayMs()).catch(unlessMoved));
    await withRedisTimeout(stepLimitMs, Promise.all(chunk));
  }
}

function unlessMoved(error: unknown): void {
  const movedCodes: unknown[] = [ErrorCode.JobNotInState, ErrorCode.JobNotExist];
  if (!(error instanceof Error && 'code' in error && movedCodes.includes(error.code))) throw error;
}
