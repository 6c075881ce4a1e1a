import { type PeriodicTask, runPeriodically } from '../async/run-periodically.ts';
import { QueueUnavailableError, StoreUnavailableError } from '../core/errors.ts';
import { adoptOrphans } from '../services/adoption/adopt-orphans.ts';
import { newSearch } from '../services/adoption/orphan-search.ts';
import type { ServiceContext } from '../services/context.ts';
import { reconcile } from '../services/system/reconcile.ts';

const initialDelayMs = 1000;

/** Why a task must not run now; null when it may. */
type Objection = () => string | null;

/** Compares the database with the queue soon after the start and then regularly, whether or not Redis responds. */
export function startReconciling(ctx: ServiceContext, objection: Objection): PeriodicTask {
  const failure = { event: 'reconcile.failed', message: 'reconcile failed; retrying' };
  return startTask(ctx, { ...failure, objection }, (signal) => reconcile(ctx, { signal }));
}

/** Searches for trainings that the database does not know. Apart from the reconciler, which must not wait for a long list. */
export function startAdopting(ctx: ServiceContext, objection: Objection): PeriodicTask {
  const search = newSearch();
  const failure = { event: 'orphans.list_failed', message: 'search for orphans failed; retrying' };
  return startTask(ctx, { ...failure, objection }, (signal) => adoptOrphans(ctx, { search, signal }));
}

function startTask(
  { settings, random, log }: ServiceContext,
  { event, message, objection }: { event: string; message: string; objection: Objection },
  run: (signal: AbortSignal) => Promise<unknown>,
): PeriodicTask {
  return runPeriodically({
    initialDelayMs: Math.min(initialDelayMs, settings.reconcileIntervalMs),
    intervalMs: settings.reconcileIntervalMs,
    random,
    async run(signal) {
      if (objection() !== null) return;
      try {
        await run(signal);
      } catch (error) {
        if (!signal.aborted) log[levelOf(error)]({ event, err: error }, message);
      }
    },
  });
}

/** The connection itself logs once that Redis is unavailable. */
function levelOf(error: unknown): 'debug' | 'warn' | 'error' {
  if (error instanceof QueueUnavailableError) return 'debug';
  return error instanceof StoreUnavailableError ? 'warn' : 'error';
}
