/** What became of one attempt at a request. */
export type Attempt =
  /** No response. `passes`: whether that may pass by itself. */
  { kind: 'network'; passes: boolean } | { kind: 'response'; status: number; retryAfterMs: number | null };

/** Where a load balancer or the service says that it is only a matter of time. */
const passingStatuses: readonly number[] = [408, 502, 503, 504];

const firstDelayMs = 250;
const longestDelayMs = 5000;
const longestRetryAfterMs = 60_000;

/**
 * How long to wait before the next attempt, in milliseconds; null when there is none. `elapsedMs`: since the first attempt. `repeatForMs`:
 * within which the last one begins.
 */
export function repeatDelayMs(
  attempt: Attempt,
  {
    attempts,
    elapsedMs,
    repeatForMs,
    random,
  }: { attempts: number; elapsedMs: number; repeatForMs: number; random: () => number },
): number | null {
  const passes = attempt.kind === 'network' ? attempt.passes : passingStatuses.includes(attempt.status);
  if (!passes) return null;
  const backOffMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts - 1, 10)) * (0.5 + random() / 2);
  const retryAfterMs = attempt.kind === 'response' ? attempt.retryAfterMs : null;
  const delayMs = retryAfterMs === null ? backOffMs : Math.min(retryAfterMs, longestRetryAfterMs);
  return elapsedMs + delayMs <= repeatForMs ? delayMs : null;
}

/** Retry-After in seconds or as a date, as RFC 9110 has it; null for none. */
export function retryAfterMsOf(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
