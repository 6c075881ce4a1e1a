import { and, asc, count, eq, gt, inArray, isNotNull, sql, type SQL } from 'drizzle-orm';
import { activeDeploymentStatuses, deploymentStatuses } from '../core/deployment.ts';
import { trainingRunStatuses } from '../core/training-run.ts';
import type { LatencyHistogram, Store } from '../services/store.ts';
import type { Database } from './database.ts';
import type { Db } from './open.ts';
import { deployments, sagemakerCalls, trainingRuns } from './schema.ts';

/** Every status with its count, those that no row has included. */
function withZeros<Status extends string>(
  statuses: readonly Status[],
  rows: { status: Status; count: number }[],
): Record<Status, number> {
  const zeros = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>;
  for (const row of rows) zeros[row.status] = row.count;
  return zeros;
}

/** How long it took from a training's end until `reachedAt`, over all deployments that have reached it. */
function histogram(db: Db, reachedAt: SQL, bucketsMs: number[]): LatencyHistogram {
  const tookMs = sql`max(0, ${reachedAt} - ${trainingRuns.trainingEndedAt})`;
  const atMost = bucketsMs.map((bucketMs) => sql`coalesce(sum(${tookMs} <= ${bucketMs}), 0)`);
  const row = db
    .select({
      count: count(),
      sumMs: sql<number>`coalesce(sum(${tookMs}), 0)`,
      buckets: sql`json_array(${sql.join(atMost, sql`, `)})`.mapWith((json: string): number[] => JSON.parse(json)),
    })
    .from(deployments)
    .innerJoin(trainingRuns, eq(trainingRuns.seq, deployments.runSeq))
    .where(and(isNotNull(trainingRuns.trainingEndedAt), sql`${reachedAt} is not null`))
    .get();
  return row ?? { buckets: bucketsMs.map(() => 0), count: 0, sumMs: 0 };
}

type Unfinished = 'unfinishedRuns' | 'unfinishedDeployments';

export const unfinishedOnes = (database: Database): Pick<Store, Unfinished> => ({
  unfinishedRuns: (afterSeq, limit) =>
    database.read((db) =>
      db
        .select({
          seq: trainingRuns.seq,
          trainingJobName: trainingRuns.trainingJobName,
          endpointName: trainingRuns.endpointName,
          status: trainingRuns.status,
          createdAt: trainingRuns.createdAt,
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
        .where(and(inArray(deployments.status, [...activeDeploymentStatuses]), gt(deployments.seq, afterSeq)))
        .orderBy(asc(deployments.seq))
        .limit(limit)
        .all(),
    ),
});

type Measured = 'counts' | 'latencies' | 'addSagemakerCalls' | 'sagemakerCalls';

export const measurements = (database: Database): Pick<Store, Measured> => ({
  counts: () =>
    database.read((db) => ({
      runs: withZeros(
        trainingRunStatuses,
        db.select({ status: trainingRuns.status, count: count() }).from(trainingRuns).groupBy(trainingRuns.status).all(),
      ),
      deployments: withZeros(
        deploymentStatuses,
        db.select({ status: deployments.status, count: count() }).from(deployments).groupBy(deployments.status).all(),
      ),
    })),

  latencies: (bucketsMs) =>
    database.read((db) => ({
      requested: histogram(db, sql`${deployments.createdAt}`, bucketsMs),
      deployed: histogram(db, sql`case when ${deployments.status} = 'deployed' then ${deployments.finishedAt} end`, bucketsMs),
    })),

  addSagemakerCalls: (calls) =>
    database.write((tx) => {
      for (const call of calls) {
        tx.insert(sagemakerCalls)
          .values(call)
          .onConflictDoUpdate({
            target: [sagemakerCalls.operation, sagemakerCalls.result],
            set: { count: sql`${sagemakerCalls.count} + excluded.count` },
          })
          .run();
      }
    }),

  sagemakerCalls: () =>
    database.read((db) =>
      db.select().from(sagemakerCalls).orderBy(asc(sagemakerCalls.operation), asc(sagemakerCalls.result)).all(),
    ),
});
