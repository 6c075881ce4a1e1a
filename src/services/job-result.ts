/** What becomes of a job after its run: the one result from a service to BullMQ. */
export type JobResult =
  | { kind: 'complete'; /** What the job leaves behind for operators. */ summary: string }
  | Snooze
  /** The worker shuts down: any worker may take the job at once. */
  | { kind: 'release' }
  /** Another worker has the job's lock: this one leaves the job alone. */
  | { kind: 'abandon' };

/** The job runs again after a delay, which is neither a failure nor a retry: it uses up no attempt. */
export interface Snooze {
  kind: 'snooze';
  delayMs: number;
  /** Since when SageMaker fails, in milliseconds since 1970 UTC; null while it does not. Delays grow with it. */
  failingSince: number | null;
  /** Of a check whose training runs, with nothing to be watched closely: the change feed may watch it. */
  isSteady?: boolean;
  /** Of a check: when it described the training so. null, the default: the next one describes it. */
  describedAt?: number | null;
  /** The job may come due earlier by so much, at a multiple of it, together with others; 0, the default: it comes due by itself. */
  batchMs?: number;
}

export const complete: JobResult = { kind: 'complete', summary: 'done' };

export const snooze = (delayMs: number, failingSince: number | null = null): Snooze => ({
  kind: 'snooze',
  delayMs,
  failingSince,
});
