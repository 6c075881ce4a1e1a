import type { RunStore } from '../../ports/store.ts';
import { isNeeded } from '../needed-runs.ts';
import { prunedTally } from '../tallies.ts';
import type { Database } from './database.ts';
import { and, asc, inArray, isNotNull, lt, sql } from './drizzle.ts';
import { endedOf } from './notifications.ts';
import { history } from './schema-history.ts';
import { deployments, trainingRuns } from './schema.ts';
import { notifications } from './schema-delivery.ts';
import { tallies } from './schema-operations.ts';

export const runPruning = (database: Database): Pick<RunStore, 'prune'> => ({
  prune: ({ endedBefore, keepLive, after, limit }) =>
    database.write((tx) => {
      const { seq, finishedAt } = trainingRuns;
      const isAfter = after === null ? sql`true` : sql`(${finishedAt}, ${seq}) > (${after.finishedAt}, ${after.seq})`;
      const page = tx
        .select({
          seq,
          finishedAt: sql<number>`${finishedAt}`,
          isNeeded: isNeeded(endedBefore, keepLive),
        })
        .from(trainingRuns)
        .where(and(isNotNull(finishedAt), lt(finishedAt, endedBefore), isAfter))
        .orderBy(asc(finishedAt), asc(seq))
        .limit(limit)
        .all();
      const gone = page.filter((run) => !run.isNeeded).map((run) => run.seq);
      if (gone.length > 0) {
        tx.delete(notifications)
          .where(endedOf(inArray(deployments.runSeq, gone)))
          .run();
        tx.delete(history).where(inArray(history.runSeq, gone)).run();
        tx.delete(deployments).where(inArray(deployments.runSeq, gone)).run();
        tx.delete(trainingRuns).where(inArray(seq, gone)).run();
        tx.insert(tallies)
          .values({ name: prunedTally, label: 'runs', bucket: 0, count: gone.length, sumMs: 0 })
          .onConflictDoUpdate({
            target: [tallies.name, tallies.label, tallies.bucket],
            set: { count: sql`${tallies.count} + excluded.count` },
          })
          .run();
      }
      const last = page.length < limit ? undefined : page.at(-1);
      return { pruned: gone.length, next: last === undefined ? null : { finishedAt: last.finishedAt, seq: last.seq } };
    }),
});
