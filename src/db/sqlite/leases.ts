import { hasPassed } from '../../core/instants.ts';
import type { LeaseStore } from '../../ports/store.ts';
import { type Database, prepared } from './database.ts';
import { and, eq, sql } from './drizzle.ts';
import { leases } from './schema-operations.ts';

/** What every process reads all the time. */
const statements = prepared((db) => ({
  findCheckpoint: db
    .select({ checkpointAt: leases.checkpointAt })
    .from(leases)
    .where(eq(leases.task, sql.placeholder('task')))
    .prepare(),
}));

const isHeld = (task: string, heldSince: number) => and(eq(leases.task, task), eq(leases.takenAt, heldSince));

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

  renew: ({ task, heldSince, now }) =>
    database.write((tx) => tx.update(leases).set({ takenAt: now }).where(isHeld(task, heldSince)).run().changes > 0),

  release: ({ task, heldSince }) =>
    database.write((tx) => void tx.update(leases).set({ takenAt: null }).where(isHeld(task, heldSince)).run()),

  saveCheckpoint: ({ task, checkpointAt }) =>
    database.write((tx) => {
      tx.insert(leases).values({ task, checkpointAt }).onConflictDoUpdate({ target: leases.task, set: { checkpointAt } }).run();
    }),

  findCheckpoint: (task) => database.read((db) => statements(db).findCheckpoint.get({ task })?.checkpointAt ?? null),
});
