import type { Database } from './database.ts';
import { sql } from './drizzle.ts';
import { leases } from './schema-operations.ts';

const task = 'prove-writes';

/** Proves that the database takes a write, as on SQLite. A caller meanwhile, or within `freshMs` after, gets the same result. */
export function pingOf(database: Database, { freshMs }: { freshMs: number }): () => Promise<void> {
  // One statement, which is a transaction of its own: no other process waits for its row for longer.
  const write = (): Promise<void> =>
    database.read(async (db) => {
      await db
        .insert(leases)
        .values({ task, takenAt: 1 })
        .onConflictDoUpdate({ target: leases.task, set: { takenAt: sql`${leases.takenAt} + 1` } });
    });
  let response: Promise<void> | null = null;
  let freshUntil = Infinity;
  return () => {
    if (response !== null && performance.now() < freshUntil) return response;
    freshUntil = Infinity;
    response = write().finally(() => (freshUntil = performance.now() + freshMs));
    return response;
  };
}
