import type { TraceStore } from '../../ports/store.ts';
import { toTraceCounts, tracesTally } from '../tallies.ts';
import { traceMark } from '../trace-mark.ts';
import type { Database } from './database.ts';
import { eq } from './drizzle.ts';
import { leases, tallyChanges } from './schema-operations.ts';
import { countsOf } from './tallies.ts';

export const traceStore = (database: Database): TraceStore => ({
  mark: () =>
    database.read(async (db) => {
      const [known] = await db.select().from(leases).where(eq(leases.task, traceMark));
      return known?.checkpointAt ?? null;
    }),

  record: ({ readTo, result }) =>
    database.write(async (tx) => {
      if (readTo !== undefined) {
        await tx
          .insert(leases)
          .values({ task: traceMark, checkpointAt: readTo })
          .onConflictDoUpdate({ target: leases.task, set: { checkpointAt: readTo } });
      }
      if (result !== undefined)
        await tx.insert(tallyChanges).values({ name: tracesTally, label: result, bucket: 0, count: 1, sumMs: 0 });
    }),

  counts: async () => toTraceCounts(await database.read((db) => countsOf(db, tracesTally))),
});
