import { setTimeout as delay } from 'node:timers/promises';

/** For how long this thread did nothing else, at the most, while the work ran. */
export async function longestGapWhile(work: Promise<unknown>): Promise<number> {
  let longestMs = 0;
  const over = new AbortController();
  const ended = work.catch(() => undefined).finally(() => over.abort());
  for (let before = performance.now(); !over.signal.aborted;) {
    await delay(1);
    const now = performance.now();
    longestMs = Math.max(longestMs, now - before);
    before = now;
  }
  await ended;
  return longestMs;
}
