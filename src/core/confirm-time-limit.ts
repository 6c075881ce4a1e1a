/** A limit ends something only when a second look agrees that it is over: a clock that is wrong for seconds must not decide for ever. */
const minConfirmationDelayMs = 5000;

/** So long after the first look that finds a limit over comes the second one, which may end something on its account. */
export const confirmationDelayMs = (intervalMs: number): number => Math.max(intervalMs, minConfirmationDelayMs);

/**
 * For a look that finds a limit over. `overdueSince` is what an earlier look noted, or null; to be noted anew is what is answered,
 * which a look that finds it not over clears.
 */
export function confirmLimit(
  overdueSince: number | null,
  now: number,
  intervalMs: number,
): { confirmed: boolean; overdueSince: number; confirmInMs: number } {
  // Noted in the future: by a clock that was even further ahead.
  const since = overdueSince === null || overdueSince > now ? now : overdueSince;
  const leftMs = since + confirmationDelayMs(intervalMs) - now;
  return { confirmed: leftMs <= 0, overdueSince: since, confirmInMs: Math.max(0, leftMs) };
}
