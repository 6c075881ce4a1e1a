import { setTimeout as wait } from 'node:timers/promises';
import type { QueuePlace } from './redis-target.ts';
import { type Checked, checkRedis } from './start-check.ts';

const againAfterMs = 1000;

/** Checks Redis every second while it is unavailable, or refuses for now; returns null when the signal is aborted first. */
export async function untilFit(
  redis: QueuePlace,
  { signal, onWait }: { signal: AbortSignal; onWait: (reason: string) => void },
): Promise<Exclude<Checked, { kind: 'wait' }> | null> {
  while (!signal.aborted) {
    const checked = await checkRedis(redis);
    if (checked.kind !== 'wait') return checked;
    onWait(checked.reason);
    await wait(againAfterMs, undefined, { signal }).catch(() => {});
  }
  return null;
}
