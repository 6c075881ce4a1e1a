import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/**
 * Observes repeatedly until the observation holds, and returns it. An observation that throws does not hold.
 *
 * @throws {Error} at the deadline, with the last observation.
 */
export async function eventually<T>(
  observe: () => T | Promise<T>,
  holds: (seen: T) => boolean = Boolean,
  { withinMs = 10_000, everyMs = 20, what = 'what was awaited' }: { withinMs?: number; everyMs?: number; what?: string } = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    let last: unknown;
    try {
      const seen = await observe();
      if (holds(seen)) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(`${what} did not come true within ${withinMs} ms; last seen: ${inspect(last, { depth: 6 })}`);
    }
    await delay(everyMs);
  }
}
