import { notificationTiming } from '../timing.ts';
import { shortText } from './bounded-json.ts';

/** What came of one try to send a notification. */
export type TryResult =
  | { kind: 'response'; status: number; retryAfterMs: number | null }
  /** Without secrets: it is recorded and logged. */
  | { kind: 'no_response'; reason: string };

export type NotificationDecision =
  | { kind: 'sent' }
  /** `receiverWaits`: the receiver takes nothing before `nextAt`, this one or another. */
  | { kind: 'retry'; nextAt: number; receiverWaits: boolean; error: string }
  | { kind: 'abandon'; error: string };

const { retryDelaysMs, jitter, longestRetryAfterMs } = notificationTiming;
const maxErrorLength = 500;
const gone = 410;
/** Statuses of a receiver that has too much to do: when it says for how long, that holds. */
const throttling: readonly number[] = [429, 502, 503, 504];

/**
 * What follows from a try, by the rules of Standard Webhooks: only 2xx is a success; 410 ends it; everything else is retried after growing
 * delays, for a day in all (docs/reference/webhook-behavior.md#when-a-try-has-failed). `attempts`: how many tries failed before it.
 */
export function decideNotification(
  { attempts }: { attempts: number },
  result: TryResult,
  { now, random }: { now: number; random: () => number },
): NotificationDecision {
  if (result.kind === 'response' && result.status >= 200 && result.status < 300) return { kind: 'sent' };
  const error = shortText(errorOf(result), maxErrorLength);
  const delayMs = retryDelaysMs[attempts];
  if (delayMs === undefined || (result.kind === 'response' && result.status === gone)) return { kind: 'abandon', error };
  const withJitterMs = Math.round(delayMs * (1 - jitter + 2 * jitter * random()));
  const receiverMs =
    result.kind === 'response' && throttling.includes(result.status)
      ? Math.min(result.retryAfterMs ?? 0, longestRetryAfterMs)
      : 0;
  return { kind: 'retry', nextAt: now + Math.max(withJitterMs, receiverMs), receiverWaits: receiverMs > 0, error };
}

function errorOf(result: TryResult): string {
  if (result.kind === 'no_response') return result.reason;
  if (result.status === gone) return 'The receiver is gone: it responded with 410.';
  if (result.status >= 300 && result.status < 400)
    return `The receiver responded with ${result.status}; redirects are not followed.`;
  return `The receiver responded with ${result.status}.`;
}

/** How long a Retry-After header asks to wait: seconds, or an HTTP date; null for none, and for one that is malformed. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = /^[A-Z][a-z]{2}, \d/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
