import { finishedDeploymentStatuses } from '../../core/deployment/deployment.ts';
import type { RetentionStore } from '../../ports/store.ts';
import { endpointKeyOf } from '../deployment-values.ts';
import { deletedTally, toDeletedCounts } from '../tallies.ts';
import { uncleanedColumns, uncleanedOf } from '../uncleaned.ts';
import type { Database } from './database.ts';
import { deploymentColumns } from './deployments-queries.ts';
import { and, asc, eq, inArray, isNotNull, isNull, or, sql } from './drizzle.ts';
import { appendDeploymentHistory } from './history.ts';
import { tallies } from './schema-operations.ts';
import { deployments, trainingRuns } from './schema.ts';

const isFinished = inArray(deployments.status, [...finishedDeploymentStatuses]);
/** One that ended before its turn made nothing. */
const madeSomething = or(isNull(deployments.finishedAt), isNotNull(deployments.startedAt));

export const retentionStore = (database: Database): RetentionStore => ({
  listUncleaned: (endpointName) =>
    database.read((db) =>
      db
        .select({ ...uncleanedColumns(deployments), turnedDown: trainingRuns.turnedDown })
        .from(deployments)
        .innerJoin(trainingRuns, eq(trainingRuns.seq, deployments.runSeq))
        .where(
          and(eq(deployments.endpointKey, endpointKeyOf(endpointName)), sql`${deployments.cleanedUpAt} is null`, madeSomething),
        )
        .orderBy(asc(deployments.seq))
        .all()
        .map(uncleanedOf),
    ),

  recordCleanedUp: ({ deploymentId, detail, deleted, now }) =>
    database.write((tx, db) => {
      const row = tx
        .update(deployments)
        .set({ cleanedUpAt: now })
        .where(and(eq(deployments.deploymentId, deploymentId), isNull(deployments.cleanedUpAt), isFinished))
        .returning(deploymentColumns)
        .get();
      if (row === undefined) return false;
      appendDeploymentHistory(db, row, { from: row.status, to: row.status, actor: 'reconcile', detail }, now);
      for (const [label, count] of Object.entries(deleted)) {
        if (count === 0) continue;
        tx.insert(tallies)
          .values({ name: deletedTally, label, bucket: 0, count, sumMs: 0 })
          .onConflictDoUpdate({
            target: [tallies.name, tallies.label, tallies.bucket],
            set: { count: sql`${tallies.count} + excluded.count` },
          })
          .run();
      }
      return true;
    }),

  deleted: () => database.read((db) => toDeletedCounts(db.select().from(tallies).where(eq(tallies.name, deletedTally)).all())),
});
