/** What the engines write of a deployment, where they write the same. */
import type { DeliveryPolicy } from '../core/delivery/policy.ts';
import type { Approval, ApprovalStatus, TurnedDown } from '../core/deployment/delivery-state.ts';
import { forcedFrom } from '../core/deployment/decide-request.ts';
import { actorOf, type Deployment, type WaitKind } from '../core/deployment/deployment.ts';
import type { EndpointRecord } from '../core/deployment/endpoint-record.ts';
import { trainingOrder } from '../core/deployment/order.ts';
import { overrideDetail } from '../core/deployment/override.ts';
import { whyTurnedDown } from '../core/deployment/turned-down.ts';
import type { Actor } from '../core/history.ts';
import { isAhead } from '../core/instants.ts';
import type { TrainingRun } from '../core/training/training-run.ts';
import type { NewDeployment } from '../ports/store.ts';

/** What an endpoint is known by here: SageMaker tells endpoints apart without regard to case. */
export const endpointKeyOf = (endpointName: string): string => endpointName.toLowerCase();

/** The row of a run's next attempt, which is queued. */
export const nextAttempt = (run: TrainingRun, wanted: NewDeployment, formerAttempts: number, now: number) => ({
  ...wanted,
  // Where it is queued by itself, the one who requested the training.
  requestedBy: wanted.requestedBy ?? run.requestedBy,
  reason: wanted.reason ?? null,
  restores: wanted.restores ?? null,
  overrides: wanted.overrides ?? false,
  runSeq: run.seq,
  trainingJobName: run.trainingJobName,
  endpointName: run.endpointName,
  endpointKey: endpointKeyOf(run.endpointName),
  status: 'queued' as const,
  step: 'model' as const,
  attempts: formerAttempts + 1,
  trainingCreatedAt: trainingOrder(run).trainingCreatedAt,
  trainingEndedAt: run.trainingEndedAt,
  detectedAt: run.finishedAt,
  detectedBy: run.finishedBy,
  createdAt: now,
});

/** The entry of its history. */
export const queuedEntry = ({ requestedBy, reason, overrides }: ReturnType<typeof nextAttempt>, actor: Actor) => ({
  from: null,
  to: 'queued' as const,
  actor,
  by: requestedBy,
  reason,
  detail: overrides ? overrideDetail : null,
});

/** Of a deployment that waits no longer. */
export const notWaiting = { waitsForKind: null, waitsForSince: null, waitsForDetail: null } satisfies Partial<Deployment>;

/** Since when a queued deployment waits for what it is about to be recorded to wait for; null where all of that is recorded. */
export function sinceOfWait(own: Deployment, { kind, detail }: { kind: WaitKind; detail: string }, now: number): number | null {
  if (own.waitsForKind === kind && own.waitsForDetail === detail) return null;
  return own.waitsForKind !== kind || own.waitsForSince === null || isAhead(own.waitsForSince, now) ? now : own.waitsForSince;
}

/** Of those that were live, the newest first, each content once, without that of what is live. */
export function formerContents(rows: readonly Deployment[], live: Deployment | null): Deployment[] {
  const contentOf = ({ modelName, endpointConfigName }: Deployment): string => `${modelName} ${endpointConfigName}`;
  const seen = new Set(live === null ? [] : [contentOf(live)]);
  return rows.filter((row) => {
    const isNew = !seen.has(contentOf(row));
    seen.add(contentOf(row));
    return isNew;
  });
}

/** What is written of a deployment that is turned down while it waits, and of its run. */
export interface Refusal {
  /** `api` also where the API has no keys, and so knows no name. */
  actor: Actor;
  turnedDown: TurnedDown;
  failureReason: string;
  approval?: Approval | null;
}

/** `policy`: in force for one that had no turn, and so has none of its own. */
export interface Rejection {
  refusal: Refusal;
  policy?: DeliveryPolicy | null;
  now: number;
}

/** The approval once it is decided, or has expired. */
export const decided = (
  approval: Approval | null,
  status: Exclude<ApprovalStatus, 'pending'>,
  { by, reason }: { by: string | null; reason: string | null },
  now: number,
): Approval | null => approval && { ...approval, status, by, reason, decidedAt: now };

/** The refusal of an approval that was not decided in time. */
export const expiredRefusal = (own: Deployment, now: number): Refusal => ({
  actor: 'worker',
  turnedDown: { how: 'person', by: null, reason: 'the approval expired', at: now },
  failureReason: 'not approved in time',
  approval: decided(own.approval, 'expired', { by: null, reason: null }, now),
});

/** The refusal of a person; what was decided about an approval that was awaited is kept with it. */
export function personRefusal(
  own: Deployment,
  { by, reason }: { by: string | null; reason: string | null },
  now: number,
): Refusal {
  const who = by === null ? 'rejected' : `rejected by ${by}`;
  return {
    actor: 'api',
    turnedDown: { how: 'person', by, reason, at: now },
    failureReason: reason === null ? who : `${who}: ${reason}`,
    approval: own.approval?.status === 'pending' ? decided(own.approval, 'rejected', { by, reason }, now) : own.approval,
  };
}

/** The deployment of a rollback to one that was live. */
export const returnTo = (
  target: Deployment,
  { deploymentId, by, reason }: { deploymentId: string; by: string | null; reason: string },
): NewDeployment => ({
  deploymentId,
  trigger: 'rollback',
  forced: true,
  modelName: target.modelName,
  shapes: target.shapes,
  requestedBy: by,
  reason,
  restores: target.deploymentId,
});

/** What a forced request writes of a deployment that waits, and the entry of its history. */
export function forced(own: Deployment, { trigger, requestedBy = null, reason = null, overrides = false }: NewDeployment) {
  const fields = forcedFrom(own, overrides);
  const waits = fields.status === 'awaiting_approval' ? {} : notWaiting;
  const detail = overrides ? overrideDetail : 'forced: passes over the order of trainings and a hold';
  const change = { from: own.status, to: fields.status, actor: actorOf(trigger), by: requestedBy, reason, detail };
  return { fields: { ...fields, ...waits }, change };
}

/** Why the deployment of a training that has just ended is refused: it is from before a rollback of its endpoint. null where it is not. */
export function refusalAtEnd(
  run: TrainingRun,
  queued: Deployment,
  endpoint: Pick<EndpointRecord, 'rolledBackAt'> | null,
  now: number,
): Refusal | null {
  const why = queued.status !== 'queued' || queued.forced ? null : whyTurnedDown(run, endpoint?.rolledBackAt ?? null);
  if (why === null) return null;
  const turnedDown = run.turnedDown ?? { how: 'rollback', by: null, reason: why, at: now };
  return { actor: 'worker', turnedDown, failureReason: why };
}
