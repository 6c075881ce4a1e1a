import { limitsAfterGap } from '../../core/deployment/time-limit.ts';
import { rebased } from '../../core/instants.ts';
import type { DeploymentStore } from '../../ports/store.ts';
import { notWaiting } from '../deployment-values.ts';
import type { Database, Db } from './database.ts';
import { deploymentColumns, deploymentUnderLock, nextOn } from './deployment-rows.ts';
import { nextLiveOrder, supersedeOlder } from './deployments-queue.ts';
import { and, eq } from './drizzle.ts';
import { appendDeploymentHistory } from './history.ts';
import { turnDownRun } from './turned-down.ts';
import { deployments } from './schema.ts';

const withFencingToken = (deploymentId: string, fencingToken: number) =>
  and(
    eq(deployments.deploymentId, deploymentId),
    eq(deployments.fencingToken, fencingToken),
    eq(deployments.status, 'in_progress'),
  );

type TransitionMethods = 'reclaim' | 'isClaimCurrent' | 'recordProgress' | 'finish';

export const deploymentTransitions = (database: Database): Pick<DeploymentStore, TransitionMethods> => ({
  reclaim: (params) => database.write((tx) => reclaim(tx, params)),

  isClaimCurrent: ({ deploymentId, fencingToken }) =>
    database.read(async (db) => {
      const held = await db
        .select({ seq: deployments.seq })
        .from(deployments)
        .where(withFencingToken(deploymentId, fencingToken));
      return held.length > 0;
    }),

  recordProgress: ({ deploymentId, fencingToken, progress, detail, now }) =>
    database.write(async (tx) => {
      const [deployment] = await tx
        .update(deployments)
        // The fencing token stays what it is: with no progress at all there would be nothing to set.
        .set({ ...progress, fencingToken })
        .where(withFencingToken(deploymentId, fencingToken))
        .returning(deploymentColumns);
      if (!deployment) return null;
      if (detail !== undefined) {
        await appendDeploymentHistory(tx, deployment, { from: 'in_progress', to: 'in_progress', actor: 'worker', detail }, now);
      }
      return deployment;
    }),

  finish: (params) => database.write((tx) => finish(tx, params)),
});

async function reclaim(tx: Db, params: Parameters<DeploymentStore['reclaim']>[0]): ReturnType<DeploymentStore['reclaim']> {
  const { deploymentId, now, intervalMs } = params;
  const isInProgress = and(eq(deployments.deploymentId, deploymentId), eq(deployments.status, 'in_progress'));
  const [before] = await tx.select(deploymentColumns).from(deployments).where(isInProgress).for('no key update');
  if (!before) return null;
  const { instants, wereAhead } = rebased(before, now);
  const limits = limitsAfterGap(instants, now, intervalMs);
  const [deployment] = await tx
    .update(deployments)
    .set({ ...instants, ...limits, observedAt: now, fencingToken: before.fencingToken + 1 })
    .where(eq(deployments.seq, before.seq))
    .returning(deploymentColumns);
  if (!deployment) return null;
  if (wereAhead) {
    const detail = 'the clock was put back: what counted from later counts from now';
    await appendDeploymentHistory(tx, deployment, { from: 'in_progress', to: 'in_progress', actor: 'worker', detail }, now);
  }
  return deployment;
}

async function finish(tx: Db, params: Parameters<DeploymentStore['finish']>[0]): ReturnType<DeploymentStore['finish']> {
  const { deploymentId, fencingToken, outcome, now } = params;
  const { status, failureReason, failureKind = null, supersededBy = null, inServiceAt = null, unsettled = false } = outcome;
  const isLive = status === 'deployed';
  if ((await deploymentUnderLock(tx, deploymentId)) === null) return null;
  const [before] = await tx
    .select(deploymentColumns)
    .from(deployments)
    .where(withFencingToken(deploymentId, fencingToken))
    .for('no key update');
  if (!before || (isLive && before.abort !== null)) return null;
  const [deployment] = await tx
    .update(deployments)
    .set({
      status,
      // A reason that was recorded when it was first seen stays, unless all went well in the end.
      failureReason: failureReason ?? (isLive ? null : before.failureReason),
      failureKind,
      supersededBy,
      inServiceAt,
      // Live, it was requested, also where the worker died before it recorded that SageMaker confirmed it.
      changeRequestedAt: before.changeRequestedAt ?? (isLive ? (before.endpointChange?.requestedAt ?? null) : null),
      unsettledSince: unsettled ? now : null,
      overdueSince: null,
      ...notWaiting,
      finishedAt: now,
      liveOrder: isLive ? nextLiveOrder : null,
    })
    .where(eq(deployments.seq, before.seq))
    .returning(deploymentColumns);
  if (!deployment) return null;
  const detail = outcome.detail ?? deployment.failureReason;
  await appendDeploymentHistory(tx, deployment, { from: 'in_progress', to: status, actor: 'worker', detail }, now);
  if (outcome.turnedDown !== undefined) await turnDownRun(tx, deployment.runSeq, outcome.turnedDown);
  else if (isLive) await turnDownRun(tx, deployment.runSeq, null);
  const superseded = isLive ? await supersedeOlder(tx, deployment, now) : [];
  return { deployment, superseded, next: await nextOn(tx, deployment) };
}
