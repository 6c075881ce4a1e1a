/** The shortest and the longest wait while SageMaker does not answer as it should. */
export const minRetryDelayMs = 500;
export const maxRetryDelayMs = 60_000;

/**
 * How long to wait before the next try, when things have been going wrong for `failingForMs`: half of that, so that each wait is
 * about 1.5 times the one before without anybody counting tries, with a jitter of a quarter either way.
 */
export function retryDelayMs(failingForMs: number, random: () => number): number {
  const delayMs = Math.min(maxRetryDelayMs, Math.max(minRetryDelayMs, failingForMs / 2));
  return Math.round(delayMs * (0.75 + random() / 2));
}

/** A polling interval with up to a tenth taken off, so that jobs that began together drift apart and none is late. */
export const pollDelayMs = (intervalMs: number, random: () => number): number => Math.round(intervalMs * (1 - random() / 10));

/**
 * No job is ever delayed for longer: by a polling interval, an endpoint's, or the longest back-off with its jitter. One that lies
 * further ahead was put there by a clock that has been put back since.
 */
export const longestDelayMs = (intervals: { pollIntervalMs: number; endpointPollMs: number }): number =>
  Math.max(intervals.pollIntervalMs, intervals.endpointPollMs, maxRetryDelayMs * 1.25);
