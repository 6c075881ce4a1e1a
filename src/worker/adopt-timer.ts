import { StoreUnavailableError } from '../core/errors.ts';
import { adoptOrphans } from '../services/adoption/adopt-orphans.ts';
import { newSearch } from '../services/adoption/orphan-search.ts';
import type { ServiceContext } from '../services/context.ts';
import { type Repeated, repeat } from '../async/run-periodically.ts';

const initialDelayMs = 1000;

/** Looks for trainings that the database has lost; apart from the reconciler, which must not wait for a long list. */
export function startAdopting(ctx: ServiceContext): Repeated {
  const { settings, random, log } = ctx;
  const search = newSearch();
  return repeat({
    initialDelayMs: Math.min(initialDelayMs, settings.reconcileIntervalMs),
    everyMs: settings.reconcileIntervalMs,
    random,
    async run(signal) {
      try {
        await adoptOrphans(ctx, search, { signal });
      } catch (error) {
        if (signal.aborted) return;
        const level = error instanceof StoreUnavailableError ? 'warn' : 'error';
        log[level]({ err: error }, 'the look for lost trainings failed; trying again');
      }
    },
  });
}
