import { decideClaim } from '../../core/deployment/decide-claim.ts';
import { decideRequest } from '../../core/deployment/decide-request.ts';
import { activeDeploymentStatuses, type Deployment } from '../../core/deployment/deployment.ts';
import { trainingOrder } from '../../core/deployment/order.ts';
import { isAhead } from '../../core/instants.ts';
import type { ClaimResult, DeploymentStore, RequestDeploymentResult } from '../../ports/store.ts';
import { pageOf, seqOfCursor } from '../cursor.ts';
import { endpointKeyOf, notWaiting } from '../deployment-values.ts';
import type { Database, Db } from './database.ts';
import {
  activeDeploymentOf,
  deploymentColumns,
  deploymentUnderLock,
  findDeployment,
  inProgressOn,
  isOnEndpoint,
  liveOn,
  newestActiveOn,
  newestDeploymentOf,
  nextOn,
} from './deployment-rows.ts';
import { queueDeployment, supersede, withdraw } from './deployments-queue.ts';
import { and, asc, desc, eq, gt, inArray, isNotNull, lt, sql } from './drizzle.ts';
import { appendDeploymentHistory } from './history.ts';
import { lockEndpoint } from './lock-keys.ts';
import { isNamed, runWhere } from './run-rows.ts';
import { deployments } from './schema.ts';

type RequestMethods = 'request' | 'withdraw' | 'claim';
type QueryMethods = 'find' | 'list' | 'listUnfinished' | 'findLive' | 'findInProgress';

export const deploymentRequests = (database: Database): Pick<DeploymentStore, RequestMethods> => ({
  request: (params) => database.write((tx) => request(tx, params)),

  withdraw: ({ deploymentId, failureReason, now }) =>
    database.write(async (tx) => {
      if ((await deploymentUnderLock(tx, deploymentId)) === null) return null;
      const deployment = await withdraw(tx, deploymentId, failureReason, now);
      return deployment === undefined ? null : { deployment, next: await nextOn(tx, deployment) };
    }),

  claim: (params) => database.write((tx) => claim(tx, params)),
});

async function request(tx: Db, params: Parameters<DeploymentStore['request']>[0]): Promise<RequestDeploymentResult> {
  const { trainingJobName, deployment: wanted, asIs = true, now } = params;
  const found = await runWhere(tx, isNamed(trainingJobName));
  if (found) await tx.execute(lockEndpoint(endpointKeyOf(found.endpointName)));
  // Once more: it may have been removed while this waited for the lock.
  const run = found && (await runWhere(tx, isNamed(trainingJobName)));
  if (run?.status !== 'completed') throw new Error(`${trainingJobName} is not a completed training.`);
  const decision = decideRequest(
    trainingOrder(run),
    { forced: wanted.forced, shapes: asIs ? null : wanted.shapes },
    {
      active: await activeDeploymentOf(tx, run),
      newestOfRun: await newestDeploymentOf(tx, run),
      live: await liveOn(tx, run),
      newestActive: await newestActiveOn(tx, run),
    },
  );
  if (decision.kind !== 'create') return decision;
  return { kind: 'created', deployment: await queueDeployment(tx, run, wanted, wanted.trigger, now) };
}

async function claim(tx: Db, params: Parameters<DeploymentStore['claim']>[0]): Promise<ClaimResult> {
  const { deploymentId, deadlineAt, now } = params;
  const own = await deploymentUnderLock(tx, deploymentId);
  if (own?.status !== 'queued') return { kind: 'gone' };
  const decision = decideClaim(own, {
    inProgress: await inProgressOn(tx, own),
    next: await nextOn(tx, own),
    live: await liveOn(tx, own),
  });
  switch (decision.kind) {
    case 'wait':
      await waitForTurn(tx, own, decision.detail, now);
      return { kind: 'wait', behind: decision.behind };
    case 'supersede':
      return { kind: 'superseded', deployment: (await supersede(tx, own, decision.by, now)) ?? own };
    case 'claim': {
      const [deployment] = await tx
        .update(deployments)
        .set({
          status: 'in_progress',
          startedAt: own.startedAt ?? now,
          deadlineAt,
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

async function waitForTurn(tx: Db, own: Deployment, detail: string, now: number): Promise<void> {
  if (own.waitsForDetail === detail) return;
  const since = own.waitsForSince === null || isAhead(own.waitsForSince, now) ? now : own.waitsForSince;
  await tx
    .update(deployments)
    .set({ waitsForKind: 'turn', waitsForSince: since, waitsForDetail: detail })
    .where(and(eq(deployments.seq, own.seq), eq(deployments.status, 'queued')));
}

export const deploymentQueries = (database: Database): Pick<DeploymentStore, QueryMethods> => ({
  find: (deploymentId) => database.read((db) => findDeployment(db, deploymentId)),

  findLive: (endpointName) => database.read((db) => liveOn(db, { endpointName })),

  findInProgress: (endpointName) => database.read((db) => inProgressOn(db, { endpointName })),

  async list({ filter: { endpointName, trainingJobName }, page: { limit, cursor } }) {
    const before = seqOfCursor(cursor);
    const conditions = [
      endpointName === undefined ? undefined : isOnEndpoint({ endpointName }),
      // By the index of the run's deployments.
      trainingJobName === undefined
        ? undefined
        : sql`${deployments.runSeq} = (select seq from training_runs where training_job_name = ${trainingJobName})`,
      before === null ? undefined : lt(deployments.seq, before),
    ];
    const rows = await database.read((db) =>
      db
        .select(deploymentColumns)
        .from(deployments)
        .where(and(...conditions))
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
