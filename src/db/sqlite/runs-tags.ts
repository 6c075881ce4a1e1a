import type { RunStore } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { asc, eq, sql } from './drizzle.ts';
import { trainingRuns } from './schema.ts';

export const runTags = (database: Database): Pick<RunStore, 'listTagsDue' | 'recordTagged'> => ({
  listTagsDue: async (limit) => {
    const { trainingJobName, trainingJobArn, turnedDown, seq } = trainingRuns;
    const rows = await database.read((db) =>
      db
        .select({ trainingJobName, trainingJobArn, turnedDown })
        .from(trainingRuns)
        // As its index says it.
        .where(sql`${trainingRuns.tagsDue}`)
        .orderBy(asc(seq))
        .limit(limit)
        .all(),
    );
    return rows.flatMap((row) => (row.turnedDown === null ? [] : [{ ...row, turnedDown: row.turnedDown }]));
  },

  recordTagged: ({ trainingJobName, how }) =>
    database.write((tx) => {
      const isIt = eq(trainingRuns.trainingJobName, trainingJobName);
      const run = tx.select({ turnedDown: trainingRuns.turnedDown }).from(trainingRuns).where(isIt).get();
      if (run?.turnedDown?.how === how) tx.update(trainingRuns).set({ tagsDue: false }).where(isIt).run();
    }),
});
