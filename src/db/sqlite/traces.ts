import type { TraceStore } from '../../ports/store.ts';
import { toTraceCounts, tracesTally } from '../tallies.ts';
import { traceMark } from '../trace-mark.ts';
import type { Database } from './database.ts';
import { eq, sql } from './drizzle.ts';
import { leases, tallies } from './schema-operations.ts';

export const traceStore = (database: Database): TraceStore => ({
  mark: () => database.read((db) => db.select().from(leases).where(eq(leases.task, traceMark)).get()?.checkpointAt ?? null),

  record: ({ readTo, result }) =>
    database.write((tx) => {
      if (readTo !== undefined) {
        tx.insert(leases)
          .values({ task: traceMark, checkpointAt: readTo })
          .onConflictDoUpdate({ target: leases.task, set: { checkpointAt: readTo } })
          .run();
      }
      if (result === undefined) return;
      tx.insert(tallies)
        .values({ name: tracesTally, label: result, bucket: 0, count: 1, sumMs: 0 })
        .onConflictDoUpdate({
          target: [tallies.name, tallies.label, tallies.bucket],
          set: { count: sql`${tallies.count} + excluded.count` },
        })
        .run();
    }),

  counts: () => database.read((db) => toTraceCounts(db.select().from(tallies).where(eq(tallies.name, tracesTally)).all())),
});
