import { SageMakerError, StoreUnavailableError } from '../../core/errors.ts';
import { hasPassed } from '../../core/instants.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { LeaseLostError } from '../system/with-lease.ts';
import { adoptIfOwned, adoptOwned, failureText } from './adopt-if-owned.ts';

const retryAfterRounds = 10;
const retryAfterAtLeastMs = 60_000;
const maxAtOnce = 20;

interface RetrySkippedInput {
  /** Renews the lease: each call may take long. */
  renew: () => Promise<void>;
  options: CallOptions;
}

/**
 * Tries a few skipped training jobs again, since permissions or tags may have been repaired. One at which SageMaker fails again is recorded,
 * and comes after the others the next time. Returns how many were adopted.
 *
 * @throws {SageMakerError} that refuses all calls alike; {StoreUnavailableError}; the signal's reason.
 */
export async function retrySkipped(ctx: ServiceContext, { renew, options }: RetrySkippedInput): Promise<number> {
  const { store, settings, now } = ctx;
  const afterMs = Math.max(retryAfterAtLeastMs, retryAfterRounds * settings.reconcileIntervalMs);
  const due = (await store.skipped.list())
    .filter(({ kind, lastAt }) => kind === 'training_job' && hasPassed(lastAt, afterMs, now()))
    .toSorted((a, b) => a.lastAt - b.lastAt)
    .slice(0, maxAtOnce);
  let adopted = 0;
  for (const { name } of due) {
    if (await retryOne(ctx, name, { renew, options })) adopted += 1;
    await renew();
  }
  return adopted;
}

async function retryOne(ctx: ServiceContext, name: string, { renew, options }: RetrySkippedInput): Promise<boolean> {
  const { store, sagemaker, now } = ctx;
  try {
    const job = await sagemaker.describeTrainingJob(name, options);
    await renew();
    const result = await adoptIfOwned(ctx, { job, options });
    switch (result.kind) {
      case 'adopted':
        return true;
      case 'skipped':
        return false;
      case 'foreign':
        await store.skipped.resolve({ kind: 'training_job', name });
        return false;
      case 'unnamed':
        return (await adoptOwned(ctx, { job, tags: result.tags, options })).kind === 'adopted';
    }
  } catch (error) {
    if (options.signal?.aborted || error instanceof StoreUnavailableError || error instanceof LeaseLostError) throw error;
    if (error instanceof SageMakerError && error.kind === 'not_found')
      await store.skipped.resolve({ kind: 'training_job', name });
    else await store.skipped.record({ kind: 'training_job', name, reason: failureText(error), now: now() });
    // SageMaker would refuse the next one as well.
    if (error instanceof SageMakerError && (error.kind === 'throttled' || error.kind === 'unauthenticated')) throw error;
    return false;
  }
}
