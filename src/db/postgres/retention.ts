import { finishedDeploymentStatuses } from '../../core/deployment/deployment.ts';
import type { RetentionStore } from '../../ports/store.ts';
import { deletedTally, toDeletedCounts } from '../tallies.ts';
import { uncleanedColumns, uncleanedOf } from '../uncleaned.ts';
import type { Database } from './database.ts';
import { deploymentColumns, isOnEndpoint } from './deployment-rows.ts';
import { and, asc, eq, inArray, isNotNull, isNull, or, sql } from './drizzle.ts';
import { appendDeploymentHistory } from './history.ts';
import { deployments, trainingRuns } from './schema.ts';
import { countsOf } from './tallies.ts';

const isFinished = inArray(deployments.status, [...finishedDeploymentStatuses]);
/** One that ended before its turn made nothing. */
const madeSomething = or(isNull(deployments.finishedAt), isNotNull(deployments.startedAt));

export const retentionStore = (database: Database): RetentionStore => ({
  listUncleaned: (endpointName) =>
    database.read(async (db) => {
      const rows = await db
        .select({ ...uncleanedColumns(deployments), turnedDown: trainingRuns.turnedDown })
        .from(deployments)
        .innerJoin(trainingRuns, eq(trainingRuns.seq, deployments.runSeq))
        .where(and(isOnEndpoint({ endpointName }), isNull(deployments.cleanedUpAt), madeSomething))
        .orderBy(asc(deployments.seq));
      return rows.map(uncleanedOf);
    }),

  recordCleanedUp: ({ deploymentId, detail, deleted, now }) =>
    database.write(async (tx) => {
      const [row] = await tx
        .update(deployments)
        .set({ cleanedUpAt: now })
        .where(and(eq(deployments.deploymentId, deploymentId), isNull(deployments.cleanedUpAt), isFinished))
        .returning(deploymentColumns);
      if (row === undefined) return false;
      await appendDeploymentHistory(tx, row, { from: row.status, to: row.status, actor: 'reconcile', detail }, now);
      for (const [label, count] of Object.entries(deleted)) {
        if (count === 0) continue;
        await tx.execute(
          sql`insert into tally_changes (name, label, bucket, count, sum_ms) values (${deletedTally}, ${label}, 0, ${count}, 0)`,
        );
      }
      return true;
    }),

  deleted: () => database.read(async (db) => toDeletedCounts(await countsOf(db, deletedTally))),
});
