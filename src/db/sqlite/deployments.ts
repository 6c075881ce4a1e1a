import { and, desc, eq, lt, sql } from './drizzle.ts';
import type { Store } from '../../ports/store.ts';
import { pageOf, seqOfCursor } from './cursor.ts';
import { type Database, prepared } from './database.ts';
import {
  activeDeploymentOf,
  deploymentColumns,
  endpointKeyOf,
  findDeployment,
  isNewer,
  liveOn,
  newestActiveOn,
  newestDeploymentOf,
  nextOn,
  orderOf,
  queueDeployment,
  supersede,
  inProgressOn,
  withdraw,
} from './deployments-queries.ts';
import { isRestore } from '../../core/deployment/deployment.ts';
import { isAhead } from '../../core/instants.ts';
import { appendDeploymentHistory } from './history.ts';
import { deployments, trainingRuns } from './schema.ts';

const statements = prepared((db) => ({
  claim: db
    .update(deployments)
    .set({
      status: 'in_progress',
      startedAt: sql`coalesce(${deployments.startedAt}, ${sql.placeholder('now')})`,
      deadlineAt: sql`${sql.placeholder('deadlineAt')}`,
      observedAt: sql`${sql.placeholder('now')}`,
      waitsForKind: null,
      waitsForSince: null,
      waitsForDetail: null,
      fencingToken: sql`${deployments.fencingToken} + 1`,
    })
    .where(and(eq(deployments.seq, sql.placeholder('seq')), eq(deployments.status, 'queued')))
    .returning(deploymentColumns)
    .prepare(),
  waitForTurn: db
    .update(deployments)
    .set({
      waitsForKind: 'turn',
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

type RequestMethods = 'requestDeployment' | 'withdrawDeployment' | 'claimDeployment';
type QueryMethods = 'findDeployment' | 'listDeployments' | 'liveDeployment' | 'deploymentInProgress';

export const deploymentRequests = (database: Database): Pick<Store, RequestMethods> => ({
  requestDeployment: (trainingJobName, wanted, now) =>
    database.write((_tx, db) => {
      const run = statements(db).findRun.get({ trainingJobName });
      if (run?.status !== 'completed') throw new Error(`${trainingJobName} is not a completed training.`);

      const active = activeDeploymentOf(db, run);
      if (active) return { kind: 'existing', deployment: active };
      if (!wanted.forced) {
        const own = orderOf(run);
        const by = [liveOn(db, run), newestActiveOn(db, run)].find((other) => other !== null && isNewer(other, own));
        if (by) return { kind: 'superseded', by };
        const newest = newestDeploymentOf(db, run);
        if (newest?.status === 'deployed') return { kind: 'existing', deployment: newest };
      }
      return { kind: 'created', deployment: queueDeployment(db, run, wanted, wanted.trigger, now) };
    }),

  withdrawDeployment: (deploymentId, failureReason, now) =>
    database.write((_tx, db) => {
      const deployment = withdraw(db, deploymentId, failureReason, now);
      return deployment === undefined ? null : { deployment, next: nextOn(db, deployment) };
    }),

  claimDeployment: (deploymentId, deadlineAt, now) =>
    database.write((_tx, db) => {
      const own = findDeployment(db, deploymentId);
      if (own?.status !== 'queued') return { kind: 'gone' };

      const inProgress = inProgressOn(db, own);
      const next = nextOn(db, own);
      const behind = inProgress ?? (next && next.seq !== own.seq ? next : null);
      if (behind) {
        const detail = `the deployment of ${behind.trainingJobName} goes first`;
        if (own.waitsForDetail !== detail) {
          statements(db).waitForTurn.run({
            seq: own.seq,
            since: own.waitsForSince === null || isAhead(own.waitsForSince, now) ? now : own.waitsForSince,
            detail,
          });
        }
        return { kind: 'wait', behind };
      }
      const live = liveOn(db, own);
      if (live && (isRestore(own) ? live.runSeq !== own.runSeq : !own.forced && isNewer(live, own))) {
        return { kind: 'superseded', deployment: supersede(db, own, live, now) ?? own };
      }

      const deployment = statements(db).claim.get({ seq: own.seq, deadlineAt, now });
      appendDeploymentHistory(db, deployment, { from: 'queued', to: 'in_progress', actor: 'worker', detail: null }, now);
      return { kind: 'claimed', deployment };
    }),
});

export const deploymentQueries = (database: Database): Pick<Store, QueryMethods> => ({
  findDeployment: (deploymentId) => database.read((db) => findDeployment(db, deploymentId)),

  liveDeployment: (endpointName) => database.read((db) => liveOn(db, { endpointName })),

  deploymentInProgress: (endpointName) => database.read((db) => inProgressOn(db, { endpointName })),

  listDeployments: async ({ endpointName, trainingJobName }, { limit, cursor }) => {
    const before = seqOfCursor(cursor);
    const conditions = [
      endpointName === undefined ? undefined : eq(deployments.endpointKey, endpointKeyOf(endpointName)),
      trainingJobName === undefined ? undefined : eq(deployments.trainingJobName, trainingJobName),
      before === null ? undefined : lt(deployments.seq, before),
    ];
    const rows = await database.read((db) =>
      db
        .select(deploymentColumns)
        .from(deployments)
        .where(and(...conditions))
        .orderBy(desc(deployments.seq))
        .limit(limit + 1)
        .all(),
    );
    return pageOf(rows, limit);
  },
});
