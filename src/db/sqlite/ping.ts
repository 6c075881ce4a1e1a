import { databaseTiming } from '../../core/timing.ts';
import type { DatabaseFile } from './database-file.ts';
import { sql } from './drizzle.ts';
import { retryWhileBusy } from './busy-timeout.ts';
import { leases } from './schema-operations.ts';
import { writeTx } from './write-tx.ts';

const task = 'prove-writes';

/**
 * Proves that the database takes a write: one row, counted up and committed, since what is rolled back never reaches the disk. A caller
 * meanwhile, or within `freshMs` after, gets the same result. Not in line with the other writes, so that it reports what they wait for.
 */
export function pingOf(file: DatabaseFile, { waitMs, freshMs }: { waitMs: number; freshMs: number }): () => Promise<void> {
  const write = (): void =>
    writeTx(file.db, (tx) => {
      tx.insert(leases)
        .values({ task, takenAt: 1 })
        .onConflictDoUpdate({ target: leases.task, set: { takenAt: sql`${leases.takenAt} + 1` } })
        .run();
    });
  let response: Promise<void> | null = null;
  let freshUntil = Infinity;
  return () => {
    if (response !== null && performance.now() < freshUntil) return response;
    freshUntil = Infinity;
    response = retryWhileBusy(write, performance.now() + Math.min(waitMs, databaseTiming.readinessMs)).finally(
      () => (freshUntil = performance.now() + freshMs),
    );
    return response;
  };
}
