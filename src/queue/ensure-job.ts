import { ErrorCode, type Queue } from 'bullmq';
import { jobOptions, type ObservationJob, type NewJob } from './jobs.ts';

/** BullMQ's queue; whatever its jobs hold. */
export type JobQueue = Queue<object, unknown>;

/**
 * Makes sure that the job is in the queue and will be looked at: adds it unless it is there, in place of a finished one of the
 * same id too, which BullMQ would keep, ignoring the new one
 * (docs/reference/bullmq-behavior.md#a-job-id-blocks-while-its-job-exists). With `delayMs` 0 a delayed one is due now.
 *
 * A job that is being processed right now is left alone, and nothing is lost: whoever calls has committed its fact before, so
 * either the run that is under way sees it, or it delays itself again and sees it next time. It returns for good only when the
 * database says that there is nothing left to do; where that has just changed, the reconciler adds the job anew.
 */
export async function ensureJob(queue: JobQueue, job: NewJob<object>, delayMs: number): Promise<void> {
  // Both are sent at once and answered in this order: one connection, one round trip.
  const [, state] = await Promise.all([queue.add(...withOptions(job, delayMs)), queue.getJobState(job.jobId)]);
  if (state === 'delayed' && delayMs === 0) await promote(queue, job.jobId);
  if (state === 'completed' || state === 'failed' || state === 'unknown') await replaceJob(queue, job, delayMs);
}

/** Adds the job in place of a finished one, or of one that is in no list and still blocks the id. One in processing stays. */
export async function replaceJob(queue: JobQueue, job: NewJob<object>, delayMs: number): Promise<void> {
  await queue.remove(job.jobId);
  await queue.add(...withOptions(job, delayMs));
}

/** Adds a look unless one of the same kind is still to come. One that is under way may have looked too early: then another follows. */
export async function addObservation(
  queue: JobQueue,
  { name, data, jobId, deduplicationId }: ObservationJob<object>,
  delayMs: number,
): Promise<void> {
  const deduplication = { id: deduplicationId, keepLastIfActive: true };
  await queue.add(name, data, { ...jobOptions, jobId, delay: delayMs, deduplication });
}

async function promote(queue: JobQueue, jobId: string): Promise<void> {
  try {
    await queue.getBackend().promote(jobId);
  } catch (error) {
    // It has just become due by itself.
    if (!(error instanceof Error && 'code' in error && error.code === ErrorCode.JobNotInState)) throw error;
  }
}

function withOptions({ name, data, jobId }: NewJob<object>, delayMs: number): Parameters<JobQueue['add']> {
  return [name, data, { ...jobOptions, jobId, delay: delayMs }];
}
