import { DelayedError, ErrorCode, type Job } from 'bullmq';
import type { Verdict } from './run-job.ts';

/**
 * Carries a verdict out: returns what a done job leaves behind for people to read, or throws DelayedError, which tells BullMQ that
 * the job is not this worker's any more. Delaying is one script that checks the lock; without the lock the job is somebody else's,
 * or will be found as stalled, and is left alone.
 */
export async function settleJob(job: Job, token: string, verdict: Verdict): Promise<string> {
  switch (verdict.kind) {
    case 'done':
      return verdict.said;
    case 'give_up':
      throw new DelayedError();
    case 'hand_back':
      return delay(job, token, 0);
    case 'again':
      // Before delaying: after that the job's data may be in another worker's hands.
      if (verdict.troubleSince !== undefined) {
        await ifStillThere(job.updateData({ ...(job.data as object), trouble_since: verdict.troubleSince }));
      }
      return delay(job, token, verdict.afterMs);
  }
}

async function delay(job: Job, token: string, afterMs: number): Promise<never> {
  await ifStillThere(job.moveToDelayed(Date.now() + afterMs, token));
  throw new DelayedError();
}

const lostCodes: readonly unknown[] = [
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobLockMismatch,
  ErrorCode.JobNotInState,
];

async function ifStillThere(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && lostCodes.includes(error.code))) throw error;
  }
}
