import type { Redis } from 'ioredis';
import type { DueJobs } from '../ports/queue.ts';
import type { JobQueue } from './ensure-job.ts';
import { scoreOfMs } from './jobs.ts';

/**
 * Returns a reader of the jobs of a queue that are due and not taken: those that wait, and those whose delay is over, which a worker
 * has to see first. The score of a delayed job says since when it is due. Redis does not say since when a job waits that ran before:
 * the reader counts from the call that first saw it, so it has to be called every few seconds.
 */
export function createDueJobsReader(redis: Redis, queue: JobQueue): (now: number) => Promise<DueJobs> {
  let head: { visit: string; since: number } | null = null;

  return async (now) => {
    const [waiting, ids, delayed, overdue] = await Promise.all([
      redis.llen(queue.toKey('wait')),
      redis.lrange(queue.toKey('wait'), -1, -1),
      redis.zcount(queue.toKey('delayed'), '-inf', now * scoreOfMs),
      redis.zrangebyscore(queue.toKey('delayed'), '-inf', now * scoreOfMs, 'WITHSCORES', 'LIMIT', 0, 1),
    ]);
    const [waitingId] = ids;
    const [overdueId, score] = overdue;
    const [waitingJob, overdueJob] = await Promise.all([
      waitingId === undefined ? null : redis.hmget(queue.toKey(waitingId), 'name', 'timestamp', 'opts', 'ats'),
      overdueId === undefined ? null : redis.hget(queue.toKey(overdueId), 'name'),
    ]);
    const found: { trainingJobName: string; since: number }[] = [];
    if (overdueJob !== null && score !== undefined) {
      found.push({ trainingJobName: overdueJob, since: Math.min(now, Math.floor(Number(score) / scoreOfMs)) });
    }
    if (waitingJob === null) head = null;
    else {
      const [name, addedAt, options, taken] = waitingJob;
      const visit = `${waitingId} ${taken ?? 0}`;
      if (head?.visit !== visit) head = { visit, since: now };
      const since = taken == null ? Number(addedAt) + delayOf(options) : head.since;
      found.push({ trainingJobName: name ?? '', since: Math.min(now, since) });
    }
    return { count: waiting + delayed, oldest: found.toSorted((a, b) => a.since - b.since)[0] ?? null };
  };
}

function delayOf(options: string | null | undefined): number {
  const { delay } = Object(JSON.parse(options ?? '{}')) as { delay?: unknown };
  return typeof delay === 'number' ? delay : 0;
}
