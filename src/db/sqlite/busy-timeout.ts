import { setTimeout as delay } from 'node:timers/promises';
import { troubleOf } from './errors.ts';

/** SQLite's own waits stop everything else in their thread: they are short, and the long ones are made here, outside of it. */
export const busyTimeoutMs = 10;

/**
 * Others hold the lock for less than a millisecond each, one after the other: who looks often and at odd moments gets through. A look
 * costs about 30 µs.
 */
const betweenLooksMs = (): number => 2 + Math.random() * 10;

/**
 * Does the work, again and again while the database is locked, until `untilMs` of the process's monotonic clock; once at least. The
 * work is one read or one transaction: SQLite has rolled back all of it when it says that it is busy, so that repeating it is safe.
 *
 * @throws {StoreUnavailable} when it stays locked, is full or away.
 */
export async function patiently<T>(work: () => T, untilMs: number): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === null) throw error;
      if (!trouble.isLock || performance.now() >= untilMs) throw trouble.unavailable;
    }
    await delay(betweenLooksMs());
  }
}
