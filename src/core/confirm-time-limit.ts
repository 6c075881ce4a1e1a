import { timeLimitTiming } from './timing.ts';

/** Returns how long after the first observation that finds a time limit exceeded the second one comes, which may end something. */
export const confirmationDelayMs = (intervalMs: number): number =>
  Math.max(intervalMs, timeLimitTiming.leastBetweenObservationsMs);

/**
 * For an observation that finds a time limit exceeded: a limit ends something only when a second observation agrees, so that a clock
 * that is wrong for seconds decides nothing. `overdueSince` is what an earlier observation recorded, or null. The caller records the
 * returned one, and clears it as soon as an observation finds the limit not exceeded.
 */
export function confirmLimit(
  overdueSince: number | null,
  now: number,
  intervalMs: number,
): { confirmed: boolean; overdueSince: number; confirmInMs: number } {
  // An instant in the future was recorded by a clock that was even further ahead.
  const since = overdueSince === null || overdueSince > now ? now : overdueSince;
  const leftMs = since + confirmationDelayMs(intervalMs) - now;
  return { confirmed: leftMs <= 0, overdueSince: since, confirmInMs: Math.max(0, leftMs) };
}
