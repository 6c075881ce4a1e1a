import { confirmLimit } from '../confirm-time-limit.ts';
import { decideRetry } from '../decide-retry.ts';
import type { SageMakerError } from '../errors.ts';
import { retryTiming } from '../timing.ts';
import type { TrainingLimits } from './decide-training.ts';
import type { TrainingRun } from './training-run.ts';

/**
 * Returns whether the retries of a run end, after an error that has lasted for `forMs`, and what to record as its `overdueSince`. A time
 * that is over ends a run only when a second observation agrees; an error that is never retried ends it at once.
 */
export function confirmRetryBudget(
  { overdueSince: recorded }: Pick<TrainingRun, 'overdueSince'>,
  { kind, message }: Pick<SageMakerError, 'kind' | 'message'>,
  { forMs, now, limits }: { forMs: number; now: number; limits: TrainingLimits },
): { isSpent: boolean; overdueSince: number | null } {
  const { maxTrainingWaitMs, pollIntervalMs } = limits;
  if (decideRetry(kind, message, forMs, maxTrainingWaitMs).kind === 'retry') return { isSpent: false, overdueSince: null };
  if (decideRetry(kind, message, 0, maxTrainingWaitMs).kind === 'fail') return { isSpent: true, overdueSince: recorded };
  const { confirmed, overdueSince } = confirmLimit(recorded, now, Math.min(pollIntervalMs, retryTiming.longestDelayMs));
  return { isSpent: confirmed, overdueSince };
}
