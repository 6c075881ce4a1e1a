/** Traces over OTLP, in milliseconds. */
export const traceTiming = {
  /** How often a process looks for runs that are over. */
  intervalMs: 2_000,
  /** One try: less than the lease of the task (taskLeaseTiming), which is renewed before each. */
  tryMs: 10_000,
  firstRetryMs: 1_000,
  longestRetryMs: 60_000,
  /** A receiver that asks for more is asked again after this. */
  longestRetryAfterMs: 10 * 60_000,
  /** How long after its end a run's trace is still sent. */
  keepTryingMs: 24 * 3_600_000,
} as const;
