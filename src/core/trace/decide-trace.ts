import { activeDeploymentStatuses, type Deployment, isFinishedDeployment } from '../deployment/deployment.ts';
import type { HistoryEntry } from '../history.ts';
import { isFinishedRun, type TrainingRun } from '../training/training-run.ts';
import { traceTiming } from './trace-timing.ts';

/** Whether the entry says that a training or a deployment has ended. */
export const isEnd = ({ subject, from, to }: Pick<HistoryEntry, 'subject' | 'from' | 'to'>): boolean =>
  from !== to &&
  ((subject === 'training' && isFinishedRun(to as TrainingRun['status'])) ||
    (subject === 'deployment' && isFinishedDeployment(to as Deployment['status'])));

/** Whether nothing of the run is in progress any more: its trace is complete, unless a further deployment is requested. */
export const isOver = (run: Pick<TrainingRun, 'status'>, deployments: readonly Pick<Deployment, 'status'>[]): boolean =>
  isFinishedRun(run.status) &&
  !deployments.some(({ status }) => (activeDeploymentStatuses as readonly string[]).includes(status));

/** What came of one try to send a trace. */
export type TraceTry =
  | { kind: 'response'; status: number; retryAfterMs: number | null }
  /** Without secrets: it is logged. */
  | { kind: 'no_response'; reason: string };

export type TraceDecision =
  | { kind: 'sent' }
  | { kind: 'retry'; afterMs: number; reason: string }
  | { kind: 'abandon'; reason: string };

/** OTLP's statuses after which the same may be sent again; no other one may (docs/reference/otlp-behavior.md#what-may-be-sent-once-more). */
const retryable: readonly number[] = [429, 502, 503, 504];

interface TraceState {
  /** When the run ended. */
  endedAt: number;
  /** How many tries failed in a row, of whatever trace: the receiver is one. */
  failures: number;
}

/** What follows from a try. A receiver that is unavailable delays all traces, each for a day at most. */
export function decideTrace(
  { endedAt, failures }: TraceState,
  result: TraceTry,
  { now, random }: { now: number; random: () => number },
): TraceDecision {
  if (result.kind === 'response' && result.status >= 200 && result.status < 300) return { kind: 'sent' };
  const reason = result.kind === 'response' ? `The receiver responded with ${result.status}.` : result.reason;
  const mayRepeat = result.kind === 'no_response' || retryable.includes(result.status);
  if (!mayRepeat || isTooOld(endedAt, now)) return { kind: 'abandon', reason };
  const { firstRetryMs, longestRetryMs, longestRetryAfterMs } = traceTiming;
  const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** failures) * (0.5 + random() / 2);
  const retryAfterMs = result.kind === 'response' ? Math.min(result.retryAfterMs ?? 0, longestRetryAfterMs) : 0;
  return { kind: 'retry', afterMs: Math.max(delayMs, retryAfterMs), reason };
}

/** Whether the end is too long ago for a trace to be sent. */
export const isTooOld = (endedAt: number, now: number): boolean => now - endedAt > traceTiming.keepTryingMs;
