/**
 * What a worker does with a job when a service returns: it is over, or it is looked at again. Waiting for SageMaker is neither a
 * failure nor a retry; it uses up no attempt.
 */
export type JobOutcome = { kind: 'done' } | JobAgain;

export interface JobAgain {
  kind: 'again';
  afterMs: number;
  /** Since when SageMaker has not answered as it should, in milliseconds since 1970 UTC; null when all is well. Waits grow with it. */
  troubleSince: number | null;
}

export const done: JobOutcome = { kind: 'done' };

export const again = (afterMs: number, troubleSince: number | null = null): JobAgain => ({
  kind: 'again',
  afterMs,
  troubleSince,
});
