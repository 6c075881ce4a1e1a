import { hasPassed } from '../../core/instants.ts';
import type { Store } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { eq } from './drizzle.ts';
import { turns } from './schema.ts';

type Turns = 'takeTurn' | 'recordReached' | 'reachedAt';

export const turnsOf = (database: Database): Pick<Store, Turns> => ({
  takeTurn: (task, everyMs, now) =>
    database.write((tx) => {
      const turn = tx.select().from(turns).where(eq(turns.task, task)).get();
      if (turn?.takenAt != null && !hasPassed(turn.takenAt, everyMs, now)) return null;
      tx.insert(turns)
        .values({ task, takenAt: now })
        .onConflictDoUpdate({ target: turns.task, set: { takenAt: now } })
        .run();
      return { reachedAt: turn?.reachedAt ?? null };
    }),

  recordReached: (task, reachedAt) =>
    database.write((tx) => {
      tx.insert(turns).values({ task, reachedAt }).onConflictDoUpdate({ target: turns.task, set: { reachedAt } }).run();
    }),

  reachedAt: (task) =>
    database.read(
      (db) => db.select({ reachedAt: turns.reachedAt }).from(turns).where(eq(turns.task, task)).get()?.reachedAt ?? null,
    ),
});
