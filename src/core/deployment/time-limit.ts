/** The time limit of a deployment: what is over, and when that is sure enough to end it. */
import { confirmLimit } from '../confirm-time-limit.ts';
import type { Deployment } from './deployment.ts';

/**
 * `confirm`: the limit is over by this look's clock, and a second look has to agree; nothing new is begun until then. A clock that
 * was wrong for seconds ends nothing.
 */
export type Deadline = 'in_time' | 'confirm' | 'over';

/** `intervalMs`: how often the deployment is looked at when all is well. */
export function deadlineOf(
  { deadlineAt, overdueSince }: Pick<Deployment, 'deadlineAt' | 'overdueSince'>,
  now: number,
  intervalMs: number,
): Deadline {
  if (deadlineAt === null || now < deadlineAt) return 'in_time';
  return confirmLimit(overdueSince, now, intervalMs).confirmed ? 'over' : 'confirm';
}

const longestGapMs = 5 * 60_000;

/**
 * The limits of a deployment that is taken in hand after a gap in which nobody looked at it: an outage of ours, or a clock that was put
 * forward, takes nothing off its time. `intervalMs`: how often it is looked at when all is well.
 */
export function limitsAfterGap(
  { deadlineAt, failingSince, observedAt }: Pick<Deployment, 'deadlineAt' | 'failingSince' | 'observedAt'>,
  now: number,
  intervalMs: number,
): Pick<Deployment, 'deadlineAt' | 'failingSince'> {
  const gapMs = observedAt === null ? 0 : now - observedAt;
  if (gapMs <= Math.max(longestGapMs, 3 * intervalMs)) return { deadlineAt, failingSince };
  return { deadlineAt: deadlineAt && deadlineAt + gapMs, failingSince: failingSince && Math.min(now, failingSince + gapMs) };
}
