import type { DatabaseFile } from './database-file.ts';
import { sql } from './drizzle.ts';
import { retryWhileBusy } from './busy-timeout.ts';
import { leases } from './schema.ts';
import { writeTx } from './write-tx.ts';

/** Less than who asks for readiness waits, so that there is a reason to tell. */
const mostWaitMs = 700;
const task = 'prove-writes';

/**
 * Proves that the database takes a write: one row, counted up and committed, since what is rolled back never reaches the disk. Who asks
 * meanwhile, or within `freshMs` after, gets the same answer. Not in line with the other writes, so that it tells what they wait for.
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
    response = retryWhileBusy(write, performance.now() + Math.min(waitMs, mostWaitMs)).finally(
      () => (freshUntil = performance.now() + freshMs),
    );
    return response;
  };
}
