import { hasPassed } from '../../core/instants.ts';
import type { LeaseStore } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { eq } from './drizzle.ts';
import { leases } from './schema.ts';

export const leaseStore = (database: Database): LeaseStore => ({
  acquire: ({ task, everyMs, now }) =>
    database.write((tx) => {
      const lease = tx.select().from(leases).where(eq(leases.task, task)).get();
      if (lease?.takenAt != null && !hasPassed(lease.takenAt, everyMs, now)) return null;
      tx.insert(leases)
        .values({ task, takenAt: now })
        .onConflictDoUpdate({ target: leases.task, set: { takenAt: now } })
        .run();
      return { checkpointAt: lease?.checkpointAt ?? null };
    }),

  saveCheckpoint: ({ task, checkpointAt }) =>
    database.write((tx) => {
      tx.insert(leases).values({ task, checkpointAt }).onConflictDoUpdate({ target: leases.task, set: { checkpointAt } }).run();
    }),

  findCheckpoint: (task) =>
    database.read(
      (db) =>
        db.select({ checkpointAt: leases.checkpointAt }).from(leases).where(eq(leases.task, task)).get()?.checkpointAt ?? null,
    ),
});
