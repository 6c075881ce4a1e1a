import { SageMakerError, StoreUnavailableError } from '../../core/errors.ts';
import { hasPassed } from '../../core/instants.ts';
import type { SkippedItem } from '../../core/skipped.ts';
import { adoptIfOwned, adoptOwned, whatFailed } from './adopt-if-owned.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

const againAfterIntervals = 10;
const againAfterAtLeastMs = 60_000;
const mostAtOnce = 20;

/**
 * Looks again at training jobs that could not be handled, now and then and a few at once: permissions may have come, and tags may have been
 * mended. One at which SageMaker fails again is noted, and goes behind the others. `keep` renews the lease: each call may take long.
 * Answers how many of them were adopted.
 *
 * @throws {SageMakerError} what refuses all calls alike; {StoreUnavailableError}; the signal's reason.
 */
export async function retrySkipped(ctx: ServiceContext, keep: () => Promise<void>, options: CallOptions): Promise<number> {
  const { store, settings, now } = ctx;
  const afterMs = Math.max(againAfterAtLeastMs, againAfterIntervals * settings.reconcileIntervalMs);
  const due = (await store.skipped.list())
    .filter(({ kind, lastAt }) => kind === 'training_job' && hasPassed(lastAt, afterMs, now()))
    .toSorted((a, b) => a.lastAt - b.lastAt)
    .slice(0, mostAtOnce);
  let adopted = 0;
  for (const one of due) {
    if (await retryOne(ctx, one, keep, options)) adopted += 1;
    await keep();
  }
  return adopted;
}

async function retryOne(
  ctx: ServiceContext,
  { name }: SkippedItem,
  keep: () => Promise<void>,
  options: CallOptions,
): Promise<boolean> {
  const { store, sagemaker, now } = ctx;
  try {
    const job = await sagemaker.describeTrainingJob(name, options);
    await keep();
    const observed = await adoptIfOwned(ctx, job, options);
    switch (observed.kind) {
      case 'adopted':
        return true;
      case 'skipped':
        return false;
      case 'foreign':
        await store.skipped.resolve({ kind: 'training_job', name });
        return false;
      case 'unnamed':
        return (await adoptOwned(ctx, job, observed.own)).kind === 'adopted';
    }
  } catch (error) {
    if (options.signal?.aborted || error instanceof StoreUnavailableError) throw error;
    if (error instanceof SageMakerError && error.kind === 'not_found')
      await store.skipped.resolve({ kind: 'training_job', name });
    else await store.skipped.record({ kind: 'training_job', name, reason: whatFailed(error), now: now() });
    // The next one would be refused as well.
    if (error instanceof SageMakerError && (error.kind === 'throttled' || error.kind === 'unauthenticated')) throw error;
    return false;
  }
}
