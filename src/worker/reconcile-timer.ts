import { StoreUnavailableError } from '../core/errors.ts';
import { QueueUnavailableError } from '../queue/time-limit.ts';
import { reconcile } from '../services/system/reconcile.ts';
import type { ServiceContext } from '../services/context.ts';
import { type Repeated, repeat } from '../async/run-periodically.ts';

const initialDelayMs = 1000;

/** Compares the database with the queue soon after the start and then regularly, whether or not Redis answers. */
export function startReconciling(ctx: ServiceContext): Repeated {
  const { settings, random, log } = ctx;
  return repeat({
    initialDelayMs: Math.min(initialDelayMs, settings.reconcileIntervalMs),
    everyMs: settings.reconcileIntervalMs,
    random,
    async run(signal) {
      try {
        await reconcile(ctx, { signal });
      } catch (error) {
        if (signal.aborted) return;
        sayWhatFailed(error);
      }
    },
  });

  function sayWhatFailed(error: unknown): void {
    const message = 'the database could not be compared with the queue; trying again';
    // That Redis is away is told once, by its connection.
    if (error instanceof QueueUnavailableError) log.debug({ err: error }, message);
    else if (error instanceof StoreUnavailableError) log.warn({ err: error }, message);
    else log.error({ err: error }, message);
  }
}
