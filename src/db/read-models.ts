import { and, asc, count, eq, gt, inArray, isNotNull, or, sql } from './drizzle.ts';
import { activeDeploymentStatuses, deploymentStatuses } from '../core/deployment.ts';
import type { Actor } from '../core/history.ts';
import { trainingRunStatuses } from '../core/training-run.ts';
import type { LatencyHistogram, Store } from '../services/store.ts';
import type { Database } from './database.ts';
import type { Db } from './open.ts';
import { deployments, trainingRuns } from './schema.ts';

/** Every status with its count, those that no row has included. */
function withZeros<Status extends string>(
  statuses: readonly Status[],
  rows: { status: Status; count: number }[],
): Record<Status, number> {
  const zeros = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>;
  for (const row of rows) zeros[row.status] = row.count;
  return zeros;
}

const reached = {
  requested: sql`${deployments.createdAt}`,
  asked: sql`${deployments.askedAt}`,
  in_service: sql`${deployments.inServiceAt}`,
};

/** How long it took from a training's end until then, over all deployments that came so far. */
function histograms(db: Db, what: keyof typeof reached, bucketsMs: number[]): LatencyHistogram[] {
  const reachedAt = reached[what];
  const tookMs = sql`max(0, ${reachedAt} - ${deployments.trainingEndedAt})`;
  const atMost = bucketsMs.map((bucketMs) => sql`coalesce(sum(${tookMs} <= ${bucketMs}), 0)`);
  const rows = db
    .select({
      detectedBy: deployments.detectedBy,
      count: count(),
      sumMs: sql<number>`coalesce(sum(${tookMs}), 0)`,
      buckets: sql`json_array(${sql.join(atMost, sql`, `)})`.mapWith((json: string): number[] => JSON.parse(json)),
    })
    .from(deployments)
    .where(and(isNotNull(deployments.trainingEndedAt), sql`${reachedAt} is not null`))
    .groupBy(deployments.detectedBy)
    .orderBy(deployments.detectedBy)
    .all();
  return rows.map((row) => ({ ...row, reached: what }));
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
        .where(
          and(
            or(inArray(deployments.status, [...activeDeploymentStatuses]), isNotNull(deployments.unsettledSince)),
            gt(deployments.seq, afterSeq),
          ),
        )
        .orderBy(asc(deployments.seq))
        .limit(limit)
        .all(),
    ),
});

type Measured = 'counts' | 'latencies' | 'detections';

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
    database.read((db) => (['requested', 'asked', 'in_service'] as const).flatMap((what) => histograms(db, what, bucketsMs))),

  detections: () =>
    database.read((db) =>
      db
        .select({ detectedBy: sql<Actor>`${trainingRuns.finishedBy}`, count: count() })
        .from(trainingRuns)
        .where(and(eq(trainingRuns.status, 'completed'), isNotNull(trainingRuns.finishedBy)))
        .groupBy(trainingRuns.finishedBy)
        .orderBy(trainingRuns.finishedBy)
        .all(),
    ),
});
