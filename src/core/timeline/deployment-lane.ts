/** The lane of one deployment, from its row and its history. */
import { type Deployment, isFinishedDeployment } from '../deployment/deployment.ts';
import type { DeploymentStep } from '../deployment/steps.ts';
import type { HistoryEntry } from '../history.ts';
import type { BarKind, Lane, Mark } from './bar.ts';
import { barsOfMarks } from './bars-of-marks.ts';
import { stepOfEntry } from './step-of-entry.ts';

/** What a lane needs of a deployment. */
export type LaneDeployment = Pick<
  Deployment,
  | 'deploymentId'
  | 'status'
  | 'step'
  | 'attempts'
  | 'createdAt'
  | 'startedAt'
  | 'changeRequestedAt'
  | 'inServiceAt'
  | 'observedAt'
  | 'finishedAt'
  | 'waitsForKind'
  | 'waitsForSince'
  | 'waitsForDetail'
  | 'gate'
  | 'approval'
  | 'verification'
  | 'revert'
>;

/** `entries`: its own, oldest first; the oldest may be missing. */
export function deploymentLane(own: LaneDeployment, entries: readonly HistoryEntry[], now: number): Lane {
  const isOpen = !isFinishedDeployment(own.status);
  const from = own.createdAt;
  const to = Math.max(from, isOpen ? now : (own.finishedAt ?? entries.at(-1)?.at ?? now));
  const recorded = [
    queuedAt(
      from,
      entries.find(({ from: before }) => before === null),
    ),
    ...(entries.length === 0 ? marksOfRow(own) : withResults(entries.flatMap((entry) => marksOfEntry(own, entry)))),
  ];
  const marks = asWayBack(isOpen ? withCurrent(recorded, currentMark(own)) : recorded);
  return {
    deploymentId: own.deploymentId,
    attempt: own.attempts,
    status: own.status,
    from,
    to,
    isOpen,
    bars: barsOfMarks(marks, { to, isOpen }),
  };
}

/** These begin when the step before has ended, and their entries say what that came to. */
const beginAfter: readonly BarKind[] = ['model', 'endpoint_config', 'endpoint'];

/** Puts what a step came to with that step. */
const withResults = (marks: readonly Mark[]): Mark[] =>
  marks.map((one, index) => {
    const next = marks[index + 1];
    const own = beginAfter.includes(one.kind) ? null : one.detail;
    return { ...one, detail: next !== undefined && beginAfter.includes(next.kind) ? (next.detail ?? own) : own };
  });

/** Once it has turned back, a change of the endpoint is part of the way back. */
function asWayBack(marks: readonly Mark[]): readonly Mark[] {
  const turned = marks.findIndex(({ kind }) => kind === 'revert');
  return marks.map((one, index) =>
    turned >= 0 && index > turned && one.kind === 'change' ? { ...one, kind: 'revert', label: 'going back' } : one,
  );
}

const queuedAt = (at: number, entry?: HistoryEntry): Mark => ({
  at,
  kind: 'queued',
  label: 'queued',
  detail: entry?.detail ?? null,
  actor: entry?.actor ?? null,
  by: entry?.by ?? null,
});

const mark = (at: number, kind: BarKind, label: string, detail: string | null = null): Mark => ({
  at,
  kind,
  label,
  detail,
  actor: null,
  by: null,
});

/** Of a deployment whose history is pruned, or on another page: what its row has. */
function marksOfRow({ startedAt, changeRequestedAt }: LaneDeployment): Mark[] {
  return [
    ...(startedAt === null ? [] : [mark(startedAt, 'model', 'preparing')]),
    ...(changeRequestedAt === null ? [] : [mark(changeRequestedAt, 'change', 'changing the endpoint')]),
  ];
}

function marksOfEntry(own: LaneDeployment, entry: HistoryEntry): Mark[] {
  const { at, from, to, actor, by, detail } = entry;
  const begun = (kind: BarKind, label: string): Mark => ({ at, kind, label, detail, actor, by });
  switch (to) {
    case 'queued':
      return from === null ? [] : [begun('queued', 'queued')];
    case 'awaiting_approval':
      return [begun('approval', 'waiting for an approval')];
    case 'in_progress': {
      if (from !== 'in_progress') return [isJudged(own) ? begun('gate', 'gate') : begun('model', 'model')];
      const step = stepOfEntry(entry);
      if (step === null) return [];
      const began = begun(step.kind, step.label);
      // Its entry is written at its end, and it begins when the endpoint is in service, by SageMaker's clock.
      return [step.kind === 'verify' ? { ...began, at: Math.min(at, own.inServiceAt ?? at) } : began];
    }
    default:
      // Its end. One that failed and went live all the same was observed meanwhile.
      return to === 'failed' ? [begun('unobserved', 'unsettled')] : [];
  }
}

/** Whether its first step was the gate, which is that of an approval as well. */
const isJudged = ({ gate, approval, step }: LaneDeployment): boolean => gate !== null || approval !== null || step === 'gate';

/** What the row says of now adds to what began last, unless the entries say that already. */
function withCurrent(recorded: readonly Mark[], current: Mark | null): readonly Mark[] {
  const last = recorded.at(-1);
  if (current === null) return recorded;
  if (last?.kind === current.kind) return [...recorded.slice(0, -1), { ...last, detail: current.detail ?? last.detail }];
  const changes: readonly BarKind[] = ['change', 'rollout', 'bake'];
  return current.kind === 'change' && last !== undefined && changes.includes(last.kind) ? recorded : [...recorded, current];
}

function currentMark(own: LaneDeployment): Mark | null {
  const { waitsForKind: kind, waitsForSince: since, waitsForDetail: detail, status, step } = own;
  if (kind !== null && since !== null) {
    switch (kind) {
      case 'turn':
        return mark(since, 'queued', 'queued', detail);
      case 'hold':
        return mark(since, 'hold', 'held', detail);
      case 'approval':
        return mark(since, 'approval', 'waiting for an approval', detail);
      case 'alarm':
        return mark(since, 'alarm', 'waiting for an alarm', detail);
      case 'sagemaker':
        return mark(since, 'error', 'retrying', detail);
      case 'bake':
        return mark(since, 'bake', 'baking', detail);
      case 'endpoint':
        break;
    }
  }
  return status === 'in_progress' ? markOfStep(own, step) : null;
}

function markOfStep({ observedAt, inServiceAt, changeRequestedAt, revert }: LaneDeployment, step: DeploymentStep): Mark | null {
  switch (step) {
    case 'verify': {
      const at = inServiceAt ?? observedAt;
      return at === null ? null : mark(at, 'verify', 'verifying');
    }
    case 'revert':
      return revert === null ? null : mark(revert.since, 'revert', 'going back', revert.reason);
    case 'in_service':
      return changeRequestedAt === null ? null : mark(changeRequestedAt, 'change', 'changing the endpoint');
    case 'gate':
    case 'model':
    case 'endpoint_config':
    case 'endpoint':
      return null;
  }
}
