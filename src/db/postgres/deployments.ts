import { decideClaim } from '../../core/deployment/decide-claim.ts';
import { decideRequest } from '../../core/deployment/decide-request.ts';
import { activeDeploymentStatuses, actorOf, type Deployment, type DeploymentStatus } from '../../core/deployment/deployment.ts';
import { trainingOrder } from '../../core/deployment/order.ts';
import { firstStep } from '../../core/deployment/first-step.ts';
import { whyTurnedDown } from '../../core/deployment/turned-down.ts';
import type { ClaimResult, DeploymentStore, RequestDeploymentResult } from '../../ports/store.ts';
import { pageOf, seqOfCursor } from '../cursor.ts';
import { endpointKeyOf, notWaiting, sinceOfWait } from '../deployment-values.ts';
import { deploymentCounts, newestDeployments } from '../deployments-lists.ts';
import type { Database, Db } from './database.ts';
import {
  activeDeploymentOf,
  deploymentColumns,
  deploymentUnderLock,
  findDeployment,
  inProgressOn,
  liveOn,
  newestActiveOn,
  newestDeploymentOf,
  nextOn,
} from './deployment-rows.ts';
import { forceWaiting, queueDeployment, supersede, withdraw } from './deployments-queue.ts';
import { and, asc, desc, eq, gt, inArray, isNotNull, sql } from './drizzle.ts';
import { findEndpoint } from './endpoints.ts';
import { appendDeploymentHistory } from './history.ts';
import { lockEndpoint } from './lock-keys.ts';
import { usedKey, useKey } from './request-keys.ts';
import { isNamed, runWhere } from './run-rows.ts';
import { deployments } from './schema.ts';

type RequestMethods = 'request' | 'withdraw' | 'claim';
type QueryMethods = 'find' | 'count' | 'list' | 'listUnfinished' | 'findLive' | 'findInProgress';

export const deploymentRequests = (database: Database): Pick<DeploymentStore, RequestMethods> => ({
  request: (params) => database.write((tx) => request(tx, params)),

  withdraw: (params) =>
    database.write(async (tx) => {
      if ((await deploymentUnderLock(tx, params.deploymentId)) === null) return null;
      const deployment = await withdraw(tx, params);
      if (deployment) await useKey(tx, params.requestKey, { runSeq: deployment.runSeq, deploymentId: null }, params.now);
      return deployment === undefined ? null : { deployment, next: await nextOn(tx, deployment) };
    }),

  claim: (params) => database.write((tx) => claim(tx, params)),
});

async function request(tx: Db, params: Parameters<DeploymentStore['request']>[0]): Promise<RequestDeploymentResult> {
  const { trainingJobName, deployment: wanted, asIs = true, requestKey, now } = params;
  const used = await usedKey(tx, requestKey);
  if (used !== null) return used;
  const found = await runWhere(tx, isNamed(trainingJobName));
  if (found) await tx.execute(lockEndpoint(endpointKeyOf(found.endpointName)));
  // Once more: it may have been removed while this waited for the lock.
  const run = found && (await runWhere(tx, isNamed(trainingJobName)));
  if (run?.status !== 'completed') throw new Error(`${trainingJobName} is not a completed training.`);
  const decision = decideRequest(
    trainingOrder(run),
    { ...wanted, shapes: asIs ? null : wanted.shapes },
    {
      active: await activeDeploymentOf(tx, run),
      newestOfRun: await newestDeploymentOf(tx, run),
      live: await liveOn(tx, run),
      newestActive: await newestActiveOn(tx, run),
      turnedDown: whyTurnedDown(run, (await findEndpoint(tx, run))?.rolledBackAt ?? null),
    },
  );
  if (decision.kind !== 'create' && decision.kind !== 'existing' && decision.kind !== 'force') return decision;
  const deployment =
    decision.kind === 'existing'
      ? decision.deployment
      : decision.kind === 'force'
        ? await forceWaiting(tx, decision.deployment, wanted, now)
        : await queueDeployment(tx, run, wanted, actorOf(wanted.trigger), now);
  await useKey(tx, requestKey, deployment, now);
  return { kind: decision.kind === 'create' ? 'created' : 'existing', deployment };
}

async function claim(tx: Db, params: Parameters<DeploymentStore['claim']>[0]): Promise<ClaimResult> {
  const { deploymentId, deadlineAt, policy = null, now } = params;
  const own = await deploymentUnderLock(tx, deploymentId);
  if (own?.status !== 'queued') return { kind: 'gone' };
  const decision = decideClaim(own, {
    inProgress: await inProgressOn(tx, own),
    next: await nextOn(tx, own),
    live: await liveOn(tx, own),
    hold: await findEndpoint(tx, own),
  });
  switch (decision.kind) {
    case 'wait':
      await waitFor(tx, own, { kind: 'turn', detail: decision.detail }, now);
      return { kind: 'wait', behind: decision.behind };
    case 'hold':
      await waitFor(tx, own, decision, now);
      return { kind: 'held', detail: decision.detail };
    case 'supersede':
      return { kind: 'superseded', deployment: (await supersede(tx, own, decision.by, now)) ?? own };
    case 'claim': {
      const [deployment] = await tx
        .update(deployments)
        .set({
          status: 'in_progress',
          startedAt: own.startedAt ?? now,
          deadlineAt,
          policy: own.policy ?? policy,
          step: firstStep(own, policy),
          observedAt: now,
          ...notWaiting,
          fencingToken: own.fencingToken + 1,
        })
        .where(and(eq(deployments.seq, own.seq), eq(deployments.status, 'queued')))
        .returning(deploymentColumns);
      if (!deployment) return { kind: 'gone' };
      await appendDeploymentHistory(tx, deployment, { from: 'queued', to: 'in_progress', actor: 'worker', detail: null }, now);
      return { kind: 'claimed', deployment };
    }
  }
}

async function waitFor(tx: Db, own: Deployment, wait: { kind: 'turn' | 'hold'; detail: string }, now: number): Promise<void> {
  const since = sinceOfWait(own, wait, now);
  if (since === null) return;
  await tx
    .update(deployments)
    .set({ waitsForKind: wait.kind, waitsForSince: since, waitsForDetail: wait.detail })
    .where(and(eq(deployments.seq, own.seq), eq(deployments.status, 'queued')));
}

export const deploymentQueries = (database: Database): Pick<DeploymentStore, QueryMethods> => ({
  find: (deploymentId) => database.read((db) => findDeployment(db, deploymentId)),

  findLive: (endpointName) => database.read((db) => liveOn(db, { endpointName })),

  findInProgress: (endpointName) => database.read((db) => inProgressOn(db, { endpointName })),

  count: (filter) =>
    database.read(async (db) => {
      const { rows } = await db.execute<{ status: DeploymentStatus; count: string }>(deploymentCounts(filter));
      return rows.map(({ status, count }) => ({ status, count: Number(count) }));
    }),

  async list({ filter, page: { limit, cursor } }) {
    const before = seqOfCursor(cursor);
    const rows = await database.read((db) =>
      db
        .select(deploymentColumns)
        .from(deployments)
        .where(newestDeployments(filter, before, limit + 1))
        .orderBy(desc(deployments.seq))
        .limit(limit + 1),
    );
    return pageOf(rows, limit);
  },

  listUnfinished: ({ afterSeq, limit }) =>
    database.read((db) => {
      const { seq, deploymentId, trainingJobName, endpointName, status, createdAt } = deployments;
      return db
        .select({ seq, deploymentId, trainingJobName, endpointName, status, createdAt })
        .from(deployments)
        .where(sql`${seq} in (${unfinished(db, afterSeq)})`)
        .orderBy(asc(seq))
        .limit(limit);
    }),
});

/** Two reads of an index each: finished deployments are many, and an `or` may lead through all of them. */
const unfinished = (db: Db, afterSeq: number) => {
  const seqs = () => db.select({ seq: deployments.seq }).from(deployments);
  const isLater = gt(deployments.seq, afterSeq);
  return seqs()
    .where(and(inArray(deployments.status, [...activeDeploymentStatuses]), isLater))
    .unionAll(seqs().where(and(isNotNull(deployments.unsettledSince), isLater)));
};
