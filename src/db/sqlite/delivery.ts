/** What people decide about deployments. */
import { decideAbort } from '../../core/deployment/decide-abort.ts';
import { decideApproval, isExpired } from '../../core/deployment/decide-approval.ts';
import { decideRollback, type FormerLive } from '../../core/deployment/decide-rollback.ts';
import { activeDeploymentStatuses, type Deployment, isReturn } from '../../core/deployment/deployment.ts';
import type { DeliveryStore, RollbackResult } from '../../ports/store.ts';
import {
  decided,
  endpointKeyOf,
  expiredRefusal,
  notWaiting,
  personRefusal,
  type Rejection,
  returnTo,
} from '../deployment-values.ts';
import type { Database } from './database.ts';
import { deploymentColumns, findDeployment, liveOn, nextOn } from './deployments-queries.ts';
import { queueDeployment } from './deployments-queue.ts';
import { and, eq, gt, inArray, isNull } from './drizzle.ts';
import { findEndpoint, formersOn, writeEndpoint } from './endpoints.ts';
import { appendDeploymentHistory, appendEndpointHistory } from './history.ts';
import type { Db } from './open.ts';
import { usedKey, useKey } from './request-keys.ts';
import { deployments, trainingRuns } from './schema.ts';
import { turnDownRun } from './turned-down.ts';

type Fields = Partial<typeof deployments.$inferInsert>;

const write = (db: Db, { seq }: Deployment, fields: Fields): Deployment =>
  db.update(deployments).set(fields).where(eq(deployments.seq, seq)).returning(deploymentColumns).get();

/** Ends a deployment that waits; `policy` is in force for one that had no turn. Belongs into a transaction. */
export function reject(
  db: Db,
  before: Deployment,
  { refusal: { actor, turnedDown, failureReason, approval }, policy = null, now }: Rejection,
): Deployment {
  const ended = write(db, before, {
    status: 'rejected',
    failureReason,
    approval,
    policy: before.policy ?? policy,
    finishedAt: now,
    ...notWaiting,
  });
  const { by, reason } = turnedDown;
  const change = { from: before.status, to: 'rejected', actor, by, reason } as const;
  appendDeploymentHistory(db, ended, { ...change, detail: failureReason }, now);
  turnDownRun(db, ended.runSeq, turnedDown);
  return ended;
}

const activeOn = (db: Db, endpointName: string): Deployment[] =>
  db
    .select(deploymentColumns)
    .from(deployments)
    .where(
      and(eq(deployments.endpointKey, endpointKeyOf(endpointName)), inArray(deployments.status, [...activeDeploymentStatuses])),
    )
    .all();

const runOf = (db: Db, { runSeq }: Deployment) => db.select().from(trainingRuns).where(eq(trainingRuns.seq, runSeq)).get();

function formerLive(db: Db, deployment: Deployment): FormerLive {
  const later = and(
    eq(deployments.runSeq, deployment.runSeq),
    gt(deployments.seq, deployment.seq),
    eq(deployments.failureKind, 'artifact'),
  );
  return {
    deployment,
    isTurnedDown: (runOf(db, deployment)?.turnedDown ?? null) !== null,
    isArtifactMissing: db.select({ seq: deployments.seq }).from(deployments).where(later).limit(1).get() !== undefined,
  };
}

function rollBack(db: Db, params: Parameters<DeliveryStore['rollBack']>[0]): RollbackResult {
  const { endpointName, to, deploymentId, by, reason, hold, policy, requestKey, now } = params;
  const used = usedKey(db, requestKey);
  if (used !== null) return used;
  const live = liveOn(db, { endpointName });
  const active = activeOn(db, endpointName);
  const formers = formersOn(db, { endpointName }).map((former) => formerLive(db, former));
  const decision = decideRollback({ live, formers, active, to });
  if (decision.kind === 'existing') useKey(db, requestKey, decision.deployment, now);
  if (decision.kind !== 'create') return decision;
  const { target } = decision;
  const run = runOf(db, target);
  if (run === undefined) throw new Error(`Deployment ${target.deploymentId} has no run.`);
  const held = findEndpoint(db, { endpointName })?.heldSince ?? null;
  const holding = hold ? { heldSince: held ?? now, heldBy: by, holdReason: reason } : {};
  writeEndpoint(db, { endpointName, rolledBackAt: now, tagsDue: true, ...holding });
  const detail = `to ${target.trainingJobName}${live === null ? '' : ` from ${live.trainingJobName}`}`;
  appendEndpointHistory(db, endpointName, { from: null, to: 'rolling_back', actor: 'api', by, reason, detail }, now);
  const turnedDown = { how: 'rollback', by, reason, at: now } as const;
  if (live !== null) turnDownRun(db, live.runSeq, turnedDown);
  const rejected = active
    .filter(({ status, forced }) => status !== 'in_progress' && !forced)
    .map((own) => reject(db, own, { refusal: { ...personRefusal(own, { by, reason }, now), turnedDown }, policy, now }));
  for (const own of active) if (own.status === 'in_progress' && !isReturn(own)) recordAbort(db, own, { by, reason }, now);
  const queued = queueDeployment(db, run, returnTo(target, { deploymentId, by, reason }), 'api', now);
  const { endpointConfigName, endpointConfig, images } = target;
  const deployment = write(db, queued, { endpointConfigName, endpointConfig, images });
  useKey(db, requestKey, deployment, now);
  return { kind: 'created', deployment, rejected, next: nextOn(db, { endpointName }) };
}

function recordAbort(db: Db, own: Deployment, { by, reason }: { by: string | null; reason: string }, now: number): Deployment {
  const deployment = write(db, own, { abort: { by, reason, at: now } });
  const change = { from: own.status, to: own.status, actor: 'api', by, reason } as const;
  appendDeploymentHistory(db, deployment, { ...change, detail: 'abort requested' }, now);
  return deployment;
}

export const deliveryStore = (database: Database): DeliveryStore => ({
  awaitApproval: ({ deploymentId, fencingToken, approval, detail, approvalPath, now }) =>
    database.write((tx, db) => {
      const deployment: Deployment | undefined = tx
        .update(deployments)
        .set({
          status: 'awaiting_approval',
          approval,
          startedAt: null,
          deadlineAt: null,
          overdueSince: null,
          waitsForKind: 'approval',
          waitsForSince: now,
          waitsForDetail: detail,
        })
        .where(
          and(
            eq(deployments.deploymentId, deploymentId),
            eq(deployments.fencingToken, fencingToken),
            eq(deployments.status, 'in_progress'),
            isNull(deployments.abort),
          ),
        )
        .returning(deploymentColumns)
        .get();
      if (!deployment) return null;
      appendDeploymentHistory(
        db,
        deployment,
        { from: 'in_progress', to: 'awaiting_approval', actor: 'worker', detail, approvalPath },
        now,
      );
      return { deployment, next: nextOn(db, deployment) };
    }),

  decide: ({ deploymentId, decision, now }) =>
    database.write((_tx, db) => {
      const own = findDeployment(db, deploymentId);
      if (own === null) return null;
      const { kind } = decideApproval({ ...own, trainingRequestedBy: runOf(db, own)?.requestedBy ?? null }, decision, now);
      if (kind !== 'apply') return { kind, deployment: own };
      const { approves, by, reason } = decision;
      if (!approves) {
        const deployment = reject(db, own, { refusal: personRefusal(own, { by, reason }, now), now });
        return { kind: 'decided', deployment, next: nextOn(db, deployment) };
      }
      const approval = decided(own.approval, 'approved', { by, reason }, now);
      const deployment = write(db, own, { status: 'queued', approval, ...notWaiting });
      const change = { from: 'awaiting_approval', to: 'queued', actor: 'api', by, reason, detail: 'approved' } as const;
      appendDeploymentHistory(db, deployment, change, now);
      return { kind: 'decided', deployment, next: nextOn(db, deployment) };
    }),

  expire: ({ deploymentId, now }) =>
    database.write((_tx, db) => {
      const own = findDeployment(db, deploymentId);
      if (own?.status !== 'awaiting_approval' || own.approval === null || !isExpired(own.approval, now)) return null;
      const deployment = reject(db, own, { refusal: expiredRefusal(own, now), now });
      return { deployment, next: nextOn(db, deployment) };
    }),

  abort: ({ deploymentId, by, reason, policy, now }) =>
    database.write((_tx, db) => {
      const own = findDeployment(db, deploymentId);
      if (own === null) return null;
      const { kind } = decideAbort(own);
      switch (kind) {
        case 'same':
        case 'over':
          return { kind, deployment: own };
        case 'record':
          return { kind: 'recorded', deployment: recordAbort(db, own, { by, reason }, now) };
        case 'reject': {
          const aborted = write(db, own, { abort: { by, reason, at: now } });
          const deployment = reject(db, aborted, { refusal: personRefusal(aborted, { by, reason }, now), policy, now });
          return { kind: 'rejected', deployment, next: nextOn(db, deployment) };
        }
      }
    }),

  rollBack: (params) => database.write((_tx, db) => rollBack(db, params)),
});
