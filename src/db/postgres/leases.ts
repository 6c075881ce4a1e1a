import type { LeaseStore } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { and, eq, sql } from './drizzle.ts';
import { leases } from './schema-operations.ts';

const isHeld = (task: string, heldSince: number) => and(eq(leases.task, task), eq(leases.takenAt, heldSince));

export const leaseStore = (database: Database): LeaseStore => ({
  acquire: ({ task, everyMs, now }) =>
    database.write(async (tx) => {
      const [lease] = await tx
        .insert(leases)
        .values({ task, takenAt: now })
        .onConflictDoUpdate({
          target: leases.task,
          set: { takenAt: now },
          // hasPassed, in SQL.
          setWhere: sql`${leases.takenAt} is null or abs(${now}::bigint - ${leases.takenAt}) >= ${Math.round(everyMs)}`,
        })
        .returning({ checkpointAt: leases.checkpointAt });
      return lease ?? null;
    }),

  renew: ({ task, heldSince, now }) =>
    database.write(async (tx) => {
      const { rowCount } = await tx.update(leases).set({ takenAt: now }).where(isHeld(task, heldSince));
      return (rowCount ?? 0) > 0;
    }),

  release: ({ task, heldSince }) =>
    database.write(async (tx) => {
      await tx.update(leases).set({ takenAt: null }).where(isHeld(task, heldSince));
    }),

  saveCheckpoint: ({ task, checkpointAt }) =>
    database.write(async (tx) => {
      await tx.insert(leases).values({ task, checkpointAt }).onConflictDoUpdate({ target: leases.task, set: { checkpointAt } });
    }),

  findCheckpoint: (task) =>
    database.read(async (db) => {
      const [lease] = await db.select({ checkpointAt: leases.checkpointAt }).from(leases).where(eq(leases.task, task));
      return lease?.checkpointAt ?? null;
    }),
});
