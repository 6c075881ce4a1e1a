import type { SageMakerErrorKind } from './errors.ts';
import { retryBudgets } from './timing.ts';

export type RetryDecision =
  | { kind: 'retry'; why: string }
  /** `failureReason`: SageMaker's own text. */
  | { kind: 'fail'; failureReason: string };

/** `contradiction`: a call reports that a resource exists, or does not, and an observation shows the opposite. */
export type RetryErrorKind = SageMakerErrorKind | 'contradiction';

/** `forMs`: how long errors of this kind have lasted. `maxWaitMs`: a time limit of the whole, where nothing else limits it. */
export function decideRetry(error: RetryErrorKind, message: string, forMs: number, maxWaitMs = Infinity): RetryDecision {
  const limitMs = Math.min(retryBudgets[error], maxWaitMs);
  return forMs < limitMs ? { kind: 'retry', why: `${error}: ${message}` } : { kind: 'fail', failureReason: message };
}

/** Whether an error of this kind is retried without end: it passes by itself, or an operator repairs the cause. */
export const isTransient = (error: SageMakerErrorKind): boolean => retryBudgets[error] === Infinity;
