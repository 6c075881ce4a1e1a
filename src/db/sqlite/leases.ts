import { hasPassed } from '../../core/instants.ts';
import type { Store } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { eq } from './drizzle.ts';
import { leases } from './schema.ts';

type LeaseMethods = 'acquireLease' | 'saveCheckpoint' | 'checkpointAt';

export const leaseStore = (database: Database): Pick<Store, LeaseMethods> => ({
  acquireLease: (task, everyMs, now) =>
    database.write((tx) => {
      const turn = tx.select().from(leases).where(eq(leases.task, task)).get();
      if (turn?.takenAt != null && !hasPassed(turn.takenAt, everyMs, now)) return null;
      tx.insert(leases)
        .values({ task, takenAt: now })
        .onConflictDoUpdate({ target: leases.task, set: { takenAt: now } })
        .run();
      return { checkpointAt: turn?.checkpointAt ?? null };
    }),

  saveCheckpoint: (task, checkpointAt) =>
    database.write((tx) => {
      tx.insert(leases).values({ task, checkpointAt }).onConflictDoUpdate({ target: leases.task, set: { checkpointAt } }).run();
    }),

  checkpointAt: (task) =>
    database.read(
      (db) =>
        db.select({ checkpointAt: leases.checkpointAt }).from(leases).where(eq(leases.task, task)).get()?.checkpointAt ?? null,
    ),
});
