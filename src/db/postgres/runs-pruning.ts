import type { RunStore } from '../../ports/store.ts';
import { isNeeded } from '../needed-runs.ts';
import { prunedTally } from '../tallies.ts';
import type { Database, Db } from './database.ts';
import { and, asc, inArray, isNotNull, lt, sql } from './drizzle.ts';
import { endedOf } from './notifications.ts';
import { history } from './schema-history.ts';
import { deployments, trainingRuns } from './schema.ts';
import { notifications } from './schema-delivery.ts';

type PruneParams = Parameters<RunStore['prune']>[0];

export const runPruning = (database: Database): Pick<RunStore, 'prune'> => ({
  prune: (params) =>
    database.write(async (tx) => {
      const page = await lockPage(tx, params);
      const seqs = page.map(({ seq }) => seq);
      // A statement of its own, after the lock: it sees what was queued until then, and nothing more can be.
      const gone = seqs.length === 0 ? [] : await unneededOf(tx, seqs, params);
      if (gone.length > 0) {
        await tx.delete(notifications).where(endedOf(inArray(deployments.runSeq, gone)));
        await tx.delete(history).where(inArray(history.runSeq, gone));
        await tx.delete(deployments).where(inArray(deployments.runSeq, gone));
        await tx.delete(trainingRuns).where(inArray(trainingRuns.seq, gone));
        await tx.execute(
          sql`insert into tally_changes (name, label, bucket, count, sum_ms) values (${prunedTally}, 'runs', 0, ${gone.length}, 0)`,
        );
      }
      const last = page.length < params.limit ? undefined : page.at(-1);
      return { pruned: gone.length, next: last === undefined ? null : { finishedAt: last.finishedAt, seq: last.seq } };
    }),
});

/** Runs that another transaction has locked are left for the next time. */
async function lockPage(tx: Db, { endedBefore, after, limit }: PruneParams): Promise<{ seq: number; finishedAt: number }[]> {
  const { seq, finishedAt } = trainingRuns;
  const isAfter = after === null ? undefined : sql`(${finishedAt}, ${seq}) > (${after.finishedAt}::bigint, ${after.seq}::bigint)`;
  const page = await tx
    .select({ seq, finishedAt })
    .from(trainingRuns)
    .where(and(isNotNull(finishedAt), lt(finishedAt, endedBefore), isAfter))
    .orderBy(asc(finishedAt), asc(seq))
    .limit(limit)
    .for('update', { skipLocked: true });
  return page.map((run) => ({ seq: run.seq, finishedAt: run.finishedAt ?? 0 }));
}

async function unneededOf(tx: Db, seqs: readonly number[], { endedBefore, keepLive }: PruneParams): Promise<number[]> {
  const found = await tx
    .select({ seq: trainingRuns.seq })
    .from(trainingRuns)
    .where(and(inArray(trainingRuns.seq, [...seqs]), sql`not ${isNeeded(endedBefore, keepLive)}`));
  return found.map(({ seq }) => seq);
}
