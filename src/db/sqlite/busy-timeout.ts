import { setTimeout as delay } from 'node:timers/promises';
import { toStoreError } from './errors.ts';

/** SQLite's own waits stop everything else in their thread: they are short, and the long ones are made here, outside of it. */
export const busyTimeoutMs = 10;

/**
 * Other processes hold the lock for less than a millisecond each, one after the other: a try often and at odd moments gets through. A try
 * costs about 30 µs.
 */
const betweenAttemptsMs = (): number => 2 + Math.random() * 10;

/**
 * Does the work, again and again while the database is locked, until `untilMs` of the process's monotonic clock; once at least. The
 * work is one read or one transaction: SQLite has rolled back all of it when it says that it is busy, so that repeating it is safe.
 *
 * @throws {StoreUnavailableError} when it stays locked, is full or away.
 */
export async function retryWhileBusy<T>(work: () => T, untilMs: number): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      const problem = toStoreError(error);
      if (problem === null) throw error;
      if (!problem.isLock || performance.now() >= untilMs) throw problem.unavailable;
    }
    await delay(betweenAttemptsMs());
  }
}
