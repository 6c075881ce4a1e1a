import { CannotBeHandled } from '../core/errors.ts';
import type { WatchedRun } from '../ports/queue.ts';
import { addJob, type JobQueue, promote, replaceJob, unlessMoved } from './ensure-job.ts';
import { type CheckData, checkJob, type NewJob } from './jobs.ts';
import { withRedisTimeout } from './with-redis-timeout.ts';

const chunkSize = 100;
const stepLimitMs = 5000;

/** As Queue.nudgeTrainingChecks: data without `described_at` makes the check describe its training. */
export async function nudgeChecks(
  queue: JobQueue,
  runs: readonly WatchedRun[],
  delayMs: () => number,
): Promise<{ trainingJobName: string; reason: string }[]> {
  const refused: { trainingJobName: string; reason: string }[] = [];
  const jobs = runs.flatMap((run) => {
    try {
      return [checkJob(run)];
    } catch (error) {
      if (!(error instanceof CannotBeHandled)) throw error;
      refused.push({ trainingJobName: run.trainingJobName, reason: error.message });
      return [];
    }
  });
  for (let start = 0; start < jobs.length; start += chunkSize) {
    const chunk = jobs.slice(start, start + chunkSize).map((job) => nudge(queue, job, delayMs()));
    await withRedisTimeout(stepLimitMs, Promise.all(chunk));
  }
  return refused;
}

async function nudge(queue: JobQueue, job: NewJob<CheckData>, delayMs: number): Promise<void> {
  const [, state] = await Promise.all([addJob(queue, job, delayMs), queue.getJobState(job.jobId)]);
  if (state === 'completed' || state === 'failed' || state === 'unknown') return replaceJob(queue, job, delayMs);
  await haveDescribe(queue, job).catch(unlessMoved);
  if (state !== 'delayed') return;
  if (delayMs === 0) await promote(queue, job.jobId);
  else await queue.getBackend().changeDelay(job.jobId, delayMs).catch(unlessMoved);
}

/** Since when SageMaker fails stays: nudges that are repeated must not begin a retry budget again. */
async function haveDescribe(queue: JobQueue, { jobId, data }: NewJob<CheckData>): Promise<void> {
  const found = await queue.getJob(jobId);
  const { failing_since = null } = (found?.data ?? {}) as Partial<CheckData>;
  await found?.updateData({ ...data, failing_since });
}
