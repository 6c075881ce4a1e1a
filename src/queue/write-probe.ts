import type { Redis } from 'ioredis';

/** How long a result is reused: many clients may check readiness. */
const freshMs = 1000;
const expiresMs = 10_000;

/** Returns a function that resolves when Redis takes a small write under the prefix, and rejects with its refusal. Calls at once share one write. */
export function createWriteProbe(redis: Redis, queuePrefix: string): () => Promise<void> {
  let last: { at: number; result: Promise<void> } | null = null;
  return () => {
    const at = performance.now();
    if (last !== null && at - last.at < freshMs) return last.result;
    const result = redis.set(`${queuePrefix}:probe`, '1', 'PX', expiresMs).then(() => {});
    // The caller gets the rejection.
    result.catch(() => {});
    last = { at, result };
    return result;
  };
}
