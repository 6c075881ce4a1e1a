import { retryTiming } from './timing.ts';

const { shortestDelayMs, longestDelayMs: longestRetryDelayMs, jitter } = retryTiming;

/** The shortest and the longest delay between two attempts, before jitter. */
export const minRetryDelayMs: number = shortestDelayMs;
export const maxRetryDelayMs: number = longestRetryDelayMs;

/**
 * Returns the delay before the next attempt when calls have failed for `failingForMs`: half of that time, so that each delay is about
 * 1.5 times the one before and no attempt has to be counted.
 */
export function retryDelayMs(failingForMs: number, random: () => number): number {
  const delayMs = Math.min(maxRetryDelayMs, Math.max(minRetryDelayMs, failingForMs / 2));
  return Math.round(delayMs * (1 - jitter + 2 * jitter * random()));
}

/** Returns a polling interval less up to a tenth, so that jobs that start together drift apart and none is late. */
export const pollDelayMs = (intervalMs: number, random: () => number): number => Math.round(intervalMs * (1 - random() / 10));

/**
 * Returns the longest delay of any job: a polling interval of a training or endpoint, or the longest retry delay with its jitter. A job
 * that lies further in the future was delayed by a clock that has been put back since.
 */
export const longestDelayMs = (intervals: { pollIntervalMs: number; endpointPollMs: number }): number =>
  Math.max(intervals.pollIntervalMs, intervals.endpointPollMs, maxRetryDelayMs * (1 + jitter));
