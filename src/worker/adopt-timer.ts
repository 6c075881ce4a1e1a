import { StoreUnavailable } from '../core/errors.ts';
import { adoptLost } from '../services/adoption/adopt-orphans.ts';
import { newSearch } from '../services/adoption/orphan-search.ts';
import type { Services } from '../services/context.ts';
import { type Repeated, repeat } from '../async/run-periodically.ts';

const firstWithinMs = 1000;

/** Looks for trainings that the database has lost; apart from the reconciler, which must not wait for a long list. */
export function startAdopting(services: Services): Repeated {
  const { settings, random, log } = services;
  const search = newSearch();
  return repeat({
    firstWithinMs: Math.min(firstWithinMs, settings.reconcileIntervalMs),
    everyMs: settings.reconcileIntervalMs,
    random,
    async run(signal) {
      try {
        await adoptLost(services, search, { signal });
      } catch (error) {
        if (signal.aborted) return;
        const level = error instanceof StoreUnavailable ? 'warn' : 'error';
        log[level]({ err: error }, 'the look for lost trainings failed; trying again');
      }
    },
  });
}
