import { and, asc, gt, inArray, isNotNull, sql } from './drizzle.ts';
import { activeDeploymentStatuses } from '../../core/deployment/deployment.ts';
import type { Store } from '../../ports/store.ts';
import type { Database } from './database.ts';
import type { Db } from './open.ts';
import { deployments, trainingRuns } from './schema.ts';

/** Two looks at an index each: with an `or` SQLite reads all deployments (53 ms with 100,000). */
const unfinished = (db: Db, afterSeq: number) => {
  const seqs = () => db.select({ seq: deployments.seq }).from(deployments);
  const isLater = gt(deployments.seq, afterSeq);
  return seqs()
    .where(and(inArray(deployments.status, [...activeDeploymentStatuses]), isLater))
    .unionAll(seqs().where(and(isNotNull(deployments.unsettledSince), isLater)));
};

type Unfinished = 'unfinishedRuns' | 'unfinishedDeployments';

export const unfinishedQueries = (database: Database): Pick<Store, Unfinished> => ({
  unfinishedRuns: (afterSeq, limit) =>
    database.read((db) =>
      db
        .select({
          seq: trainingRuns.seq,
          trainingJobName: trainingRuns.trainingJobName,
          endpointName: trainingRuns.endpointName,
          status: trainingRuns.status,
          createdAt: trainingRuns.createdAt,
          startAttemptedAt: trainingRuns.startAttemptedAt,
          trainingSinceAt: trainingRuns.trainingSinceAt,
        })
        .from(trainingRuns)
        .where(and(inArray(trainingRuns.status, ['requested', 'training']), gt(trainingRuns.seq, afterSeq)))
        .orderBy(asc(trainingRuns.seq))
        .limit(limit)
        .all(),
    ),

  unfinishedDeployments: (afterSeq, limit) =>
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
