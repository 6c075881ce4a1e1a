import type { Redis } from 'ioredis';

/** What was found is good for so long: readiness may be asked for by many. */
const freshMs = 1000;
const expiresMs = 10_000;

/** Proves that Redis takes a write, by a small one under the prefix; rejects with what it refused. Asks once for all who ask at once. */
export function createWriteProbe(redis: Redis, queuePrefix: string): () => Promise<void> {
  let last: { at: number; result: Promise<void> } | null = null;
  return () => {
    const at = performance.now();
    if (last !== null && at - last.at < freshMs) return last.result;
    const result = redis.set(`${queuePrefix}:probe`, '1', 'PX', expiresMs).then(() => {});
    // Whoever asks hears of it.
    result.catch(() => {});
    last = { at, result };
    return result;
  };
}
