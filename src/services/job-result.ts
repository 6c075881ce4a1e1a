/**
 * What a worker does with a job when a service returns: it is over, or it is looked at again. Waiting for SageMaker is neither a
 * failure nor a retry; it uses up no attempt.
 */
export type JobResult = { kind: 'done' } | Snooze;

export interface Snooze {
  kind: 'again';
  afterMs: number;
  /** Since when SageMaker has not answered as it should, in milliseconds since 1970 UTC; null when all is well. Waits grow with it. */
  failingSince: number | null;
}

export const done: JobResult = { kind: 'done' };

export const snooze = (afterMs: number, failingSince: number | null = null): Snooze => ({
  kind: 'again',
  afterMs,
  failingSince,
});
