import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from './statistics.ts';

export interface Measured {
  calls: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/**
 * Calls repeatedly, `atOnce` at a time, each as soon as the one before has returned, for so long or so often.
 *
 * @throws the first error of a call: errors must not count as responses.
 */
export async function drive(
  call: () => Promise<void>,
  atOnce: number,
  { seconds = Infinity, calls = Infinity }: { seconds?: number; calls?: number },
): Promise<Measured> {
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  const tookMs: number[] = [];
  const lane = async (): Promise<void> => {
    for (let from = performance.now(); from < until && tookMs.length < calls;) {
      await call();
      const now = performance.now();
      tookMs.push(now - from);
      from = now;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const elapsedMs = performance.now() - startedAt;
  return {
    calls: tookMs.length,
    perSecond: (tookMs.length * 1000) / elapsedMs,
    p50Ms: percentile(tookMs, 50),
    p99Ms: percentile(tookMs, 99),
  };
}

/** Starts work so many times a second, whether or not the earlier work is done, and waits for all of it. */
export async function driveAtRate<T>(all: readonly T[], perSecond: number, work: (one: T) => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  const started: Promise<unknown>[] = [];
  for (const [index, one] of all.entries()) {
    const dueMs = startedAt + (index * 1000) / perSecond - performance.now();
    if (dueMs > 0) await delay(dueMs);
    const result = work(one);
    // Awaited below; a rejection before that must not count as unhandled.
    result.catch(() => {});
    started.push(result);
  }
  await Promise.all(started);
}
