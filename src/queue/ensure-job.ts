import { ErrorCode, type Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobOptions, type ObservationJob, type NewJob, scoreOfMs } from './jobs.ts';

/** BullMQ's queue, whatever its jobs hold. */
export type JobQueue = Queue<object, unknown>;

/**
 * Makes sure that the job is in the queue and will run: adds it unless it is there, also in place of a finished one of the same id,
 * which BullMQ would keep, ignoring the new one (docs/reference/bullmq-behavior.md#a-job-id-blocks-while-its-job-exists). A
 * delayed one that lies further ahead than `delayMs` is brought forward.
 *
 * An active job is left alone, and nothing is lost: the caller has committed its fact before, so either the active run sees it, or
 * the job is snoozed and sees it in its next run. A job completes only when the database says that there is nothing left to do; where
 * that has just changed, the reconciler adds the job again.
 */
export async function ensureJob(redis: Redis, queue: JobQueue, job: NewJob<object>, delayMs: number): Promise<void> {
  // Redis handles both in this order: one connection, one round trip.
  const [, state] = await Promise.all([addJob(queue, job, delayMs), queue.getJobState(job.jobId)]);
  if (state === 'delayed') await (delayMs === 0 ? promote(queue, job.jobId) : bringForward(redis, queue, job.jobId, delayMs));
  if (state === 'completed' || state === 'failed' || state === 'unknown') await replaceJob(queue, job, delayMs);
}

/** Adds the job unless one of its id is there, in any state. */
export const addJob = (queue: JobQueue, job: NewJob<object>, delayMs: number): Promise<unknown> =>
  queue.add(...withOptions(job, delayMs));

/** Adds the job in place of a finished one, or of one that is in no list and still blocks the id. An active one stays. */
export async function replaceJob(queue: JobQueue, job: NewJob<object>, delayMs: number): Promise<void> {
  await queue.remove(job.jobId);
  await queue.add(...withOptions(job, delayMs));
}

/** Adds an observation unless one of the same kind waits. An active one may have observed too early: then another follows. */
export async function addObservation(
  queue: JobQueue,
  { name, data, jobId, deduplicationId }: ObservationJob<object>,
  delayMs: number,
): Promise<void> {
  const deduplication = { id: deduplicationId, keepLastIfActive: true };
  await queue.add(name, data, { ...jobOptions, jobId, delay: delayMs, deduplication });
}

/** Makes a delayed job due now. */
export async function promote(queue: JobQueue, jobId: string): Promise<void> {
  try {
    await queue.getBackend().promote(jobId);
  } catch (error) {
    // It has just become due by itself.
    if (!(error instanceof Error && 'code' in error && error.code === ErrorCode.JobNotInState)) throw error;
  }
}

async function bringForward(redis: Redis, queue: JobQueue, jobId: string, delayMs: number): Promise<void> {
  const score = await redis.zscore(queue.toKey('delayed'), jobId);
  if (score === null || Number(score) / scoreOfMs <= Date.now() + delayMs) return;
  await queue.getBackend().changeDelay(jobId, delayMs).catch(unlessMoved);
}

/** For a job that is delayed no more, or gone. */
export function unlessMoved(error: unknown): void {
  const movedCodes: unknown[] = [ErrorCode.JobNotInState, ErrorCode.JobNotExist];
  if (!(error instanceof Error && 'code' in error && movedCodes.includes(error.code))) throw error;
}

function withOptions({ name, data, jobId }: NewJob<object>, delayMs: number): Parameters<JobQueue['add']> {
  return [name, data, { ...jobOptions, jobId, delay: delayMs }];
}
