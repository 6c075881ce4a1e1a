/** Transient or permanent: the one place that says for how long a refused or unanswered call is tried again. */
import type { SageMakerErrorKind } from './errors.ts';

export type RetryDecision =
  | { kind: 'retry'; why: string }
  /** `failureReason`: SageMaker's own words. */
  | { kind: 'fail'; failureReason: string };

/** Permissions and tags need minutes to spread (docs/reference/sagemaker-behavior.md#permissions-take-minutes-to-spread). */
export const accessDeniedGraceMs = 5 * 60_000;
/** Quotas free up when other trainings or endpoints end. */
export const quotaWaitMs = 60 * 60_000;
/**
 * A new endpoint configuration may not be visible to CreateEndpoint and UpdateEndpoint at once
 * (docs/reference/sagemaker-behavior.md#eventual-consistency-after-create).
 */
export const notVisibleGraceMs = 10 * 60_000;
/** One index of SageMaker's may be behind another. */
export const contradictionGraceMs = 15 * 60_000;
/** What nobody has seen before may pass. */
export const unknownGraceMs = 5 * 60_000;

/** `contradiction`: a call says that something is there, or is not, and a look says the opposite. */
export type RetryErrorKind = SageMakerErrorKind | 'contradiction';

/** `forMs`: for how long this kind of trouble has lasted. `maxWaitMs`: how long the whole may take, where nothing else limits it. */
export function decideRetry(error: RetryErrorKind, message: string, forMs: number, maxWaitMs = Infinity): RetryDecision {
  const limitMs = Math.min(retryBudgetMs(error), maxWaitMs);
  return forMs < limitMs ? { kind: 'retry', why: `${error}: ${message}` } : { kind: 'fail', failureReason: message };
}

/** Whether an error of this kind is retried for as long as the whole may take: it passes, or an operator repairs it. */
export const isTransient = (error: SageMakerErrorKind): boolean => retryBudgetMs(error) === Infinity;

function retryBudgetMs(error: RetryErrorKind): number {
  switch (error) {
    case 'throttled':
    case 'unavailable':
    case 'busy':
    case 'unauthenticated':
      return Infinity;
    case 'access_denied':
      return accessDeniedGraceMs;
    case 'quota':
      return quotaWaitMs;
    case 'not_found':
      return notVisibleGraceMs;
    case 'contradiction':
      return contradictionGraceMs;
    case 'unknown':
      return unknownGraceMs;
    case 'invalid':
    case 'already_exists':
      return 0;
  }
}
