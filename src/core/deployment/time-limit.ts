/** The time limit of a deployment: when it ends the deployment, and with what outcome. */
import { confirmLimit } from '../confirm-time-limit.ts';
import { timeLimitTiming } from '../timing.ts';
import type { Deployment, DeploymentOutcome } from './deployment.ts';
import { mayStillGoLive } from './endpoint-change.ts';
import { capacityText } from './endpoint-failure.ts';

/**
 * `confirm`: the time limit is exceeded by this observation's clock, and a second observation has to agree; nothing begins until then.
 * So a clock that is wrong for seconds ends nothing.
 */
export type Deadline = 'in_time' | 'confirm' | 'over';

/** `intervalMs`: how often a healthy deployment is observed. */
export function deadlineOf(
  { deadlineAt, overdueSince }: Pick<Deployment, 'deadlineAt' | 'overdueSince'>,
  now: number,
  intervalMs: number,
): Deadline {
  if (deadlineAt === null || now < deadlineAt) return 'in_time';
  return confirmLimit(overdueSince, now, intervalMs).confirmed ? 'over' : 'confirm';
}

type Overdue = Pick<Deployment, 'endpointChange' | 'startedAt' | 'deadlineAt' | 'lastErrorKind' | 'waitsForDetail'>;

/** The outcome of a deployment that exceeded its time limit. `why`: what it waited for. */
export function outOfTime(deployment: Overdue, why: string): DeploymentOutcome {
  const { startedAt, deadlineAt, lastErrorKind, waitsForDetail } = deployment;
  const limitMs = (deadlineAt ?? 0) - (startedAt ?? 0);
  // Its retries are out of time while one of them is in progress: the error that caused them is the reason.
  const lacksCapacity = lastErrorKind === 'capacity' || capacityText.test(why);
  const failureReason = `not settled within ${Math.round(limitMs / 1000)} s: ${(lacksCapacity ? waitsForDetail : null) ?? why}`;
  const failureKind = lacksCapacity ? 'capacity' : 'timeout';
  return { status: 'failed', failureReason, failureKind, detail: failureReason, unsettled: mayStillGoLive(deployment) };
}

/**
 * The limits of a deployment that is claimed after a gap without an observation: neither an outage of the service nor a clock that was
 * put forward takes anything off its time. `intervalMs`: how often a healthy deployment is observed.
 */
export function limitsAfterGap(
  { deadlineAt, failingSince, observedAt }: Pick<Deployment, 'deadlineAt' | 'failingSince' | 'observedAt'>,
  now: number,
  intervalMs: number,
): Pick<Deployment, 'deadlineAt' | 'failingSince'> {
  const gapMs = observedAt === null ? 0 : now - observedAt;
  if (gapMs <= Math.max(timeLimitTiming.gapMs, 3 * intervalMs)) return { deadlineAt, failingSince };
  return { deadlineAt: deadlineAt && deadlineAt + gapMs, failingSince: failingSince && Math.min(now, failingSince + gapMs) };
}
