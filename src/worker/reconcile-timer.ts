import { StoreUnavailable } from '../core/errors.ts';
import { QueueUnavailable } from '../queue/time-limit.ts';
import { reconcile } from '../services/system/reconcile.ts';
import type { Services } from '../services/context.ts';
import { type Repeated, repeat } from '../async/run-periodically.ts';

const firstWithinMs = 1000;

/** Compares the database with the queue soon after the start and then regularly, whether or not Redis answers. */
export function startReconciling(services: Services): Repeated {
  const { settings, random, log } = services;
  return repeat({
    firstWithinMs: Math.min(firstWithinMs, settings.reconcileIntervalMs),
    everyMs: settings.reconcileIntervalMs,
    random,
    async run(signal) {
      try {
        await reconcile(services, { signal });
      } catch (error) {
        if (signal.aborted) return;
        sayWhatFailed(error);
      }
    },
  });

  function sayWhatFailed(error: unknown): void {
    const message = 'the database could not be compared with the queue; trying again';
    // That Redis is away is told once, by its connection.
    if (error instanceof QueueUnavailable) log.debug({ err: error }, message);
    else if (error instanceof StoreUnavailable) log.warn({ err: error }, message);
    else log.error({ err: error }, message);
  }
}
