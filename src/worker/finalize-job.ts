import { setTimeout as wait } from 'node:timers/promises';
import { DelayedError, ErrorCode, type Job } from 'bullmq';
import { dueAtOf } from '../core/feed/plan-check.ts';
import { queueTiming } from '../core/timing.ts';
import { refusalOf } from '../queue/refusal.ts';
import type { JobResult, Snooze } from '../services/job-result.ts';
import type { JobData } from './handlers.ts';

/**
 * Carries a result out: returns the summary of a complete job, or throws DelayedError, which tells BullMQ that the job is not this
 * worker's any more. Delaying is one script that checks the lock; without the lock the job is another worker's, or will be found as
 * stalled, and is left alone. `letGo` is called when the lock is about to be given back.
 */
export async function finalizeJob(job: Job, token: string, result: JobResult, letGo: () => void): Promise<string> {
  switch (result.kind) {
    case 'complete':
      return result.summary;
    case 'abandon':
      throw new DelayedError();
    case 'release':
      return delay(job, token, { delayMs: 0 }, letGo);
    case 'snooze':
      await recordState(job, result);
      return delay(job, token, result, letGo);
  }
}

/** Before the job is delayed: after that another worker may have it. */
async function recordState(job: Job, { failingSince, describedAt = null, batchMs = 0 }: Snooze): Promise<void> {
  const data = job.data as JobData;
  const batched = batchMs > 0;
  const isKnown = failingSince === (data.failing_since ?? null) && describedAt === (data.described_at ?? null);
  if (isKnown && batched === (data.batched ?? false)) return;
  const state: JobData = { ...data, failing_since: failingSince };
  // Only checks have these.
  if (describedAt !== null || data.described_at !== undefined) state.described_at = describedAt;
  if (batched || data.batched !== undefined) state.batched = batched;
  await ignoreMissingJob(() => job.updateData(state));
}

async function delay(
  job: Job,
  token: string,
  { delayMs, batchMs = 0 }: Pick<Snooze, 'delayMs' | 'batchMs'>,
  letGo: () => void,
): Promise<never> {
  const dueAt = dueAtOf({ delayMs, batchMs }, Date.now());
  letGo();
  await ignoreMissingJob(() => job.moveToDelayed(dueAt, token));
  throw new DelayedError();
}

const lostCodes: readonly unknown[] = [
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobLockMismatch,
  ErrorCode.JobNotInState,
];

const retryIntervalMs = 500;

/** Retries for a while what Redis refuses, as in a failover, so that the job continues when it is due and not when it is found stalled. */
async function ignoreMissingJob(work: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + queueTiming.delayRetryMs;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (error instanceof Error && 'code' in error && lostCodes.includes(error.code)) return;
      if (refusalOf(error) === null) throw error;
      if (performance.now() > until) return;
    }
    await wait(retryIntervalMs);
  }
}
