/** What people decide about deployments. Each transaction has the endpoint's lock. */
import { decideAbort } from '../../core/deployment/decide-abort.ts';
import { decideApproval, isExpired } from '../../core/deployment/decide-approval.ts';
import { decideRollback, type FormerLive } from '../../core/deployment/decide-rollback.ts';
import { activeDeploymentStatuses, type Deployment, isReturn } from '../../core/deployment/deployment.ts';
import type { AbortResult, DecideResult, DeliveryStore, RollbackResult } from '../../ports/store.ts';
import {
  decided,
  endpointKeyOf,
  expiredRefusal,
  notWaiting,
  personRefusal,
  type Rejection,
  returnTo,
} from '../deployment-values.ts';
import type { Database, Db } from './database.ts';
import { deploymentColumns, deploymentUnderLock, isOnEndpoint, liveOn, nextOn } from './deployment-rows.ts';
import { queueDeployment } from './deployments-queue.ts';
import { and, eq, gt, inArray } from './drizzle.ts';
import { findEndpoint, formersOn, writeEndpoint } from './endpoints.ts';
import { appendDeploymentHistory, appendEndpointHistory } from './history.ts';
import { lockEndpoint } from './lock-keys.ts';
import { usedKey, useKey } from './request-keys.ts';
import { deployments, trainingRuns } from './schema.ts';
import { turnDownRun } from './turned-down.ts';

type Fields = Partial<typeof deployments.$inferInsert>;

async function write(tx: Db, { seq, deploymentId }: Deployment, fields: Fields): Promise<Deployment> {
  const [deployment] = await tx.update(deployments).set(fields).where(eq(deployments.seq, seq)).returning(deploymentColumns);
  if (!deployment) throw new Error(`Deployment ${deploymentId} was not written.`);
  return deployment;
}

/** Ends a deployment that waits; `policy` is in force for one that had no turn. */
export async function reject(
  tx: Db,
  before: Deployment,
  { refusal: { actor, turnedDown, failureReason, approval }, policy = null, now }: Rejection,
): Promise<Deployment> {
  const ended = await write(tx, before, {
    status: 'rejected',
    failureReason,
    approval,
    policy: before.policy ?? policy,
    finishedAt: now,
    ...notWaiting,
  });
  const { by, reason } = turnedDown;
  const change = { from: before.status, to: 'rejected', actor, by, reason } as const;
  await appendDeploymentHistory(tx, ended, { ...change, detail: failureReason }, now);
  await turnDownRun(tx, ended.runSeq, turnedDown);
  return ended;
}

const activeOn = (db: Db, endpointName: string): Promise<Deployment[]> =>
  db
    .select(deploymentColumns)
    .from(deployments)
    .where(and(isOnEndpoint({ endpointName }), inArray(deployments.status, [...activeDeploymentStatuses])));

async function runOf(db: Db, { runSeq }: Deployment) {
  const [run] = await db.select().from(trainingRuns).where(eq(trainingRuns.seq, runSeq));
  return run;
}

async function formerLive(db: Db, deployment: Deployment): Promise<FormerLive> {
  const isLater = and(eq(deployments.runSeq, deployment.runSeq), gt(deployments.seq, deployment.seq));
  const lacking = await db
    .select({ seq: deployments.seq })
    .from(deployments)
    .where(and(isLater, eq(deployments.failureKind, 'artifact')))
    .limit(1);
  const run = await runOf(db, deployment);
  return { deployment, isTurnedDown: (run?.turnedDown ?? null) !== null, isArtifactMissing: lacking.length > 0 };
}

async function rollBack(tx: Db, params: Parameters<DeliveryStore['rollBack']>[0]): Promise<RollbackResult> {
  const { endpointName, to, deploymentId, by, reason, hold, policy, requestKey, now } = params;
  const used = await usedKey(tx, requestKey);
  if (used !== null) return used;
  await tx.execute(lockEndpoint(endpointKeyOf(endpointName)));
  const live = await liveOn(tx, { endpointName });
  const active = await activeOn(tx, endpointName);
  const formers: FormerLive[] = [];
  for (const former of await formersOn(tx, { endpointName })) formers.push(await formerLive(tx, former));
  const decision = decideRollback({ live, formers, active, to });
  if (decision.kind === 'existing') await useKey(tx, requestKey, decision.deployment, now);
  if (decision.kind !== 'create') return decision;
  const { target } = decision;
  const run = await runOf(tx, target);
  if (run === undefined) throw new Error(`Deployment ${target.deploymentId} has no run.`);
  const held = (await findEndpoint(tx, { endpointName }))?.heldSince ?? null;
  const holding = hold ? { heldSince: held ?? now, heldBy: by, holdReason: reason } : {};
  await writeEndpoint(tx, { endpointName, rolledBackAt: now, tagsDue: true, ...holding });
  const detail = `to ${target.trainingJobName}${live === null ? '' : ` from ${live.trainingJobName}`}`;
  await appendEndpointHistory(tx, endpointName, { from: null, to: 'rolling_back', actor: 'api', by, reason, detail }, now);
  const turnedDown = { how: 'rollback', by, reason, at: now } as const;
  if (live !== null) await turnDownRun(tx, live.runSeq, turnedDown);
  const rejected: Deployment[] = [];
  for (const own of active) {
    if (own.status === 'in_progress') {
      if (!isReturn(own)) await recordAbort(tx, own, { by, reason }, now);
    } else if (!own.forced) {
      rejected.push(await reject(tx, own, { refusal: { ...personRefusal(own, { by, reason }, now), turnedDown }, policy, now }));
    }
  }
  const queued = await queueDeployment(tx, run, returnTo(target, { deploymentId, by, reason }), 'api', now);
  const { endpointConfigName, endpointConfig, images } = target;
  const deployment = await write(tx, queued, { endpointConfigName, endpointConfig, images });
  await useKey(tx, requestKey, deployment, now);
  return { kind: 'created', deployment, rejected, next: await nextOn(tx, { endpointName }) };
}

async function recordAbort(
  tx: Db,
  own: Deployment,
  { by, reason }: { by: string | null; reason: string },
  now: number,
): Promise<Deployment> {
  const deployment = await write(tx, own, { abort: { by, reason, at: now } });
  const change = { from: own.status, to: own.status, actor: 'api', by, reason } as const;
  await appendDeploymentHistory(tx, deployment, { ...change, detail: 'abort requested' }, now);
  return deployment;
}

async function awaitApproval(tx: Db, params: Parameters<DeliveryStore['awaitApproval']>[0]) {
  const { deploymentId, fencingToken, approval, detail, approvalPath, now } = params;
  const own = await deploymentUnderLock(tx, deploymentId);
  if (own?.status !== 'in_progress' || own.fencingToken !== fencingToken || own.abort !== null) return null;
  const deployment = await write(tx, own, {
    status: 'awaiting_approval',
    approval,
    startedAt: null,
    deadlineAt: null,
    overdueSince: null,
    waitsForKind: 'approval',
    waitsForSince: now,
    waitsForDetail: detail,
  });
  await appendDeploymentHistory(
    tx,
    deployment,
    { from: 'in_progress', to: 'awaiting_approval', actor: 'worker', detail, approvalPath },
    now,
  );
  return { deployment, next: await nextOn(tx, deployment) };
}

async function decide(tx: Db, params: Parameters<DeliveryStore['decide']>[0]): Promise<DecideResult | null> {
  const { deploymentId, decision, now } = params;
  const own = await deploymentUnderLock(tx, deploymentId);
  if (own === null) return null;
  const trainingRequestedBy = (await runOf(tx, own))?.requestedBy ?? null;
  const { kind } = decideApproval({ ...own, trainingRequestedBy }, decision, now);
  if (kind !== 'apply') return { kind, deployment: own };
  const { approves, by, reason } = decision;
  if (!approves) {
    const deployment = await reject(tx, own, { refusal: personRefusal(own, { by, reason }, now), now });
    return { kind: 'decided', deployment, next: await nextOn(tx, deployment) };
  }
  const approval = decided(own.approval, 'approved', { by, reason }, now);
  const deployment = await write(tx, own, { status: 'queued', approval, ...notWaiting });
  const change = { from: 'awaiting_approval', to: 'queued', actor: 'api', by, reason, detail: 'approved' } as const;
  await appendDeploymentHistory(tx, deployment, change, now);
  return { kind: 'decided', deployment, next: await nextOn(tx, deployment) };
}

async function abort(tx: Db, params: Parameters<DeliveryStore['abort']>[0]): Promise<AbortResult | null> {
  const { deploymentId, by, reason, policy, now } = params;
  const own = await deploymentUnderLock(tx, deploymentId);
  if (own === null) return null;
  const { kind } = decideAbort(own);
  switch (kind) {
    case 'same':
    case 'over':
      return { kind, deployment: own };
    case 'record':
      return { kind: 'recorded', deployment: await recordAbort(tx, own, { by, reason }, now) };
    case 'reject': {
      const aborted = await write(tx, own, { abort: { by, reason, at: now } });
      const deployment = await reject(tx, aborted, { refusal: personRefusal(aborted, { by, reason }, now), policy, now });
      return { kind: 'rejected', deployment, next: await nextOn(tx, deployment) };
    }
  }
}

export const deliveryStore = (database: Database): DeliveryStore => ({
  awaitApproval: (params) => database.write((tx) => awaitApproval(tx, params)),
  decide: (params) => database.write((tx) => decide(tx, params)),
  expire: ({ deploymentId, now }) =>
    database.write(async (tx) => {
      const own = await deploymentUnderLock(tx, deploymentId);
      if (own?.status !== 'awaiting_approval' || own.approval === null || !isExpired(own.approval, now)) return null;
      const deployment = await reject(tx, own, { refusal: expiredRefusal(own, now), now });
      return { deployment, next: await nextOn(tx, deployment) };
    }),
  abort: (params) => database.write((tx) => abort(tx, params)),
  rollBack: (params) => database.write((tx) => rollBack(tx, params)),
});
