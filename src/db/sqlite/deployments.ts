import { and, asc, desc, eq, gt, inArray, isNotNull, sql } from './drizzle.ts';
import type { DeploymentStore } from '../../ports/store.ts';
import { pageOf, seqOfCursor } from '../cursor.ts';
import { notWaiting, sinceOfWait } from '../deployment-values.ts';
import { deploymentCounts, newestDeployments } from '../deployments-lists.ts';
import { type Database, prepared } from './database.ts';
import {
  activeDeploymentOf,
  deploymentColumns,
  findDeployment,
  liveOn,
  newestActiveOn,
  newestDeploymentOf,
  nextOn,
  inProgressOn,
} from './deployments-queries.ts';
import { forceWaiting, queueDeployment, supersede, withdraw } from './deployments-queue.ts';
import { decideClaim } from '../../core/deployment/decide-claim.ts';
import { decideRequest } from '../../core/deployment/decide-request.ts';
import { activeDeploymentStatuses, actorOf, type Deployment, type DeploymentStatus } from '../../core/deployment/deployment.ts';
import { deploymentTransitions } from '../../core/deployment/transitions.ts';
import { trainingOrder } from '../../core/deployment/order.ts';
import { firstStep } from '../../core/deployment/first-step.ts';
import { whyTurnedDown } from '../../core/deployment/turned-down.ts';
import { findEndpoint } from './endpoints.ts';
import { appendDeploymentHistory } from './history.ts';
import type { Db } from './open.ts';
import { usedKey, useKey } from './request-keys.ts';
import { deployments, trainingRuns } from './schema.ts';
import { mayBecome } from '../transitions.ts';

const statements = prepared((db) => ({
  claim: db
    .update(deployments)
    .set({
      status: 'in_progress',
      startedAt: sql`coalesce(${deployments.startedAt}, ${sql.placeholder('now')})`,
      deadlineAt: sql`${sql.placeholder('deadlineAt')}`,
      policy: sql`coalesce(${deployments.policy}, ${sql.placeholder('policy')})`,
      step: sql`${sql.placeholder('step')}`,
      observedAt: sql`${sql.placeholder('now')}`,
      ...notWaiting,
      fencingToken: sql`${deployments.fencingToken} + 1`,
    })
    .where(and(eq(deployments.seq, sql.placeholder('seq')), mayBecome(deployments.status, deploymentTransitions, 'in_progress')))
    .returning(deploymentColumns)
    .prepare(),
  waitForTurn: db
    .update(deployments)
    .set({
      waitsForKind: sql`${sql.placeholder('kind')}`,
      waitsForSince: sql`${sql.placeholder('since')}`,
      waitsForDetail: sql`${sql.placeholder('detail')}`,
    })
    .where(and(eq(deployments.seq, sql.placeholder('seq')), eq(deployments.status, 'queued')))
    .prepare(),
  findRun: db
    .select()
    .from(trainingRuns)
    .where(eq(trainingRuns.trainingJobName, sql.placeholder('trainingJobName')))
    .prepare(),
}));

type RequestMethods = 'request' | 'withdraw' | 'claim';
type QueryMethods = 'find' | 'count' | 'list' | 'listUnfinished' | 'findLive' | 'findInProgress';

export const deploymentRequests = (database: Database): Pick<DeploymentStore, RequestMethods> => ({
  request: ({ trainingJobName, deployment: wanted, asIs = true, requestKey, now }) =>
    database.write((_tx, db) => {
      const used = usedKey(db, requestKey);
      if (used !== null) return used;
      const run = statements(db).findRun.get({ trainingJobName });
      if (run?.status !== 'completed') throw new Error(`${trainingJobName} is not a completed training.`);
      const decision = decideRequest(
        trainingOrder(run),
        { ...wanted, shapes: asIs ? null : wanted.shapes },
        {
          active: activeDeploymentOf(db, run),
          newestOfRun: newestDeploymentOf(db, run),
          live: liveOn(db, run),
          newestActive: newestActiveOn(db, run),
          turnedDown: whyTurnedDown(run, findEndpoint(db, run)?.rolledBackAt ?? null),
        },
      );
      if (decision.kind !== 'create' && decision.kind !== 'existing' && decision.kind !== 'force') return decision;
      const deployment =
        decision.kind === 'existing'
          ? decision.deployment
          : decision.kind === 'force'
            ? forceWaiting(db, decision.deployment, wanted, now)
            : queueDeployment(db, run, wanted, actorOf(wanted.trigger), now);
      useKey(db, requestKey, deployment, now);
      return { kind: decision.kind === 'create' ? 'created' : 'existing', deployment };
    }),

  withdraw: (params) =>
    database.write((_tx, db) => {
      const deployment = withdraw(db, params);
      if (deployment) useKey(db, params.requestKey, { runSeq: deployment.runSeq, deploymentId: null }, params.now);
      return deployment === undefined ? null : { deployment, next: nextOn(db, deployment) };
    }),

  claim: ({ deploymentId, deadlineAt, policy = null, now }) =>
    database.write((_tx, db) => {
      const own = findDeployment(db, deploymentId);
      if (own?.status !== 'queued') return { kind: 'gone' };
      const decision = decideClaim(own, {
        inProgress: inProgressOn(db, own),
        next: nextOn(db, own),
        live: liveOn(db, own),
        hold: findEndpoint(db, own),
      });
      switch (decision.kind) {
        case 'wait':
          waitFor(db, own, { kind: 'turn', detail: decision.detail }, now);
          return { kind: 'wait', behind: decision.behind };
        case 'hold':
          waitFor(db, own, decision, now);
          return { kind: 'held', detail: decision.detail };
        case 'supersede':
          return { kind: 'superseded', deployment: supersede(db, own, decision.by, now) ?? own };
        case 'claim': {
          const step = firstStep(own, policy);
          const deployment = statements(db).claim.get({
            seq: own.seq,
            deadlineAt,
            policy: policy && JSON.stringify(policy),
            step,
            now,
          });
          appendDeploymentHistory(db, deployment, { from: 'queued', to: 'in_progress', actor: 'worker', detail: null }, now);
          return { kind: 'claimed', deployment };
        }
      }
    }),
});

function waitFor(db: Db, own: Deployment, wait: { kind: 'turn' | 'hold'; detail: string }, now: number): void {
  const since = sinceOfWait(own, wait, now);
  if (since !== null) statements(db).waitForTurn.run({ seq: own.seq, since, ...wait });
}

export const deploymentQueries = (database: Database): Pick<DeploymentStore, QueryMethods> => ({
  find: (deploymentId) => database.read((db) => findDeployment(db, deploymentId)),

  findLive: (endpointName) => database.read((db) => liveOn(db, { endpointName })),

  findInProgress: (endpointName) => database.read((db) => inProgressOn(db, { endpointName })),

  count: (filter) => database.read((db) => db.all<{ status: DeploymentStatus; count: number }>(deploymentCounts(filter))),

  list: async ({ filter, page: { limit, cursor } }) => {
    const before = seqOfCursor(cursor);
    const rows = await database.read((db) =>
      db
        .select(deploymentColumns)
        .from(deployments)
        .where(newestDeployments(filter, before, limit + 1))
        .orderBy(desc(deployments.seq))
        .limit(limit + 1)
        .all(),
    );
    return pageOf(rows, limit);
  },

  listUnfinished: ({ afterSeq, limit }) =>
    database.read((db) =>
      db
        .select({
          seq: deployments.seq,
          deploymentId: deployments.deploymentId,
          trainingJobName: deployments.trainingJobName,
          endpointName: deployments.endpointName,
          status: deployments.status,
          createdAt: deployments.createdAt,
        })
        .from(deployments)
        .where(sql`${deployments.seq} in (${unfinished(db, afterSeq)})`)
        .orderBy(asc(deployments.seq))
        .limit(limit)
        .all(),
    ),
});

/** Two reads of an index: with an `or` SQLite reads all deployments (53 ms with 100,000). */
const unfinished = (db: Db, afterSeq: number) => {
  const seqs = () => db.select({ seq: deployments.seq }).from(deployments);
  const isLater = gt(deployments.seq, afterSeq);
  return seqs()
    .where(and(inArray(deployments.status, [...activeDeploymentStatuses]), isLater))
    .unionAll(seqs().where(and(isNotNull(deployments.unsettledSince), isLater)));
};
