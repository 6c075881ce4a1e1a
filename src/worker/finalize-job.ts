import { setTimeout as wait } from 'node:timers/promises';
import { DelayedError, ErrorCode, type Job } from 'bullmq';
import { refusalOf } from '../queue/refusal.ts';
import type { Verdict } from './run-job.ts';

/**
 * Carries a verdict out: returns what a done job leaves behind for people to read, or throws DelayedError, which tells BullMQ that
 * the job is not this worker's any more. Delaying is one script that checks the lock; without the lock the job is somebody else's,
 * or will be found as stalled, and is left alone. `letGo` is called when the lock is about to be given back.
 */
export async function finalizeJob(job: Job, token: string, verdict: Verdict, letGo: () => void): Promise<string> {
  switch (verdict.kind) {
    case 'done':
      return verdict.said;
    case 'abandon':
      throw new DelayedError();
    case 'release':
      return delay(job, token, 0, letGo);
    case 'again':
      // Before delaying: after that the job's data may be in another worker's hands.
      if (verdict.failingSince !== undefined) {
        const data = { ...(job.data as object), failing_since: verdict.failingSince };
        await ignoreMissingJob(() => job.updateData(data));
      }
      return delay(job, token, verdict.afterMs, letGo);
  }
}

async function delay(job: Job, token: string, afterMs: number, letGo: () => void): Promise<never> {
  const dueAt = Date.now() + afterMs;
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

/** Redis may come round while the lock is held; afterwards the job is found as stalled. */
const insistForMs = 15_000;
const againAfterMs = 500;

/** Tries for a while when Redis refuses, as in a fail-over: the job goes on when it should, and nobody has to find it. */
async function ignoreMissingJob(work: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + insistForMs;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (error instanceof Error && 'code' in error && lostCodes.includes(error.code)) return;
      if (refusalOf(error) === null) throw error;
      if (performance.now() > until) return;
    }
    await wait(againAfterMs);
  }
}
