import { SagemakerError, StoreUnavailable } from '../../core/errors.ts';
import { hasPassed } from '../../core/instants.ts';
import type { PassedOver } from '../../core/skipped.ts';
import { adoptIfOurs, adoptOurs, whatFailed } from './adopt-if-owned.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { Services } from '../context.ts';

const againAfterIntervals = 10;
const againAfterAtLeastMs = 60_000;
const mostAtOnce = 20;

/**
 * Looks again at training jobs that could not be handled, now and then and a few at once: permissions may have come, and tags may have been
 * mended. One at which SageMaker fails again is noted, and goes behind the others. `keep` renews the lease: each call may take long.
 * Answers how many of them were adopted.
 *
 * @throws {SagemakerError} what refuses all calls alike; {StoreUnavailable}; the signal's reason.
 */
export async function lookAgainAtPassedOver(
  services: Services,
  keep: () => Promise<void>,
  options: CallOptions,
): Promise<number> {
  const { store, settings, now } = services;
  const afterMs = Math.max(againAfterAtLeastMs, againAfterIntervals * settings.reconcileIntervalMs);
  const due = (await store.passedOver())
    .filter(({ kind, lastAt }) => kind === 'training_job' && hasPassed(lastAt, afterMs, now()))
    .toSorted((a, b) => a.lastAt - b.lastAt)
    .slice(0, mostAtOnce);
  let adopted = 0;
  for (const one of due) {
    if (await lookAgain(services, one, keep, options)) adopted += 1;
    await keep();
  }
  return adopted;
}

async function lookAgain(
  services: Services,
  { name }: PassedOver,
  keep: () => Promise<void>,
  options: CallOptions,
): Promise<boolean> {
  const { store, sagemaker, now } = services;
  try {
    const job = await sagemaker.describeTrainingJob(name, options);
    await keep();
    const looked = await adoptIfOurs(services, job, options);
    switch (looked.kind) {
      case 'adopted':
        return true;
      case 'passed_over':
        return false;
      case 'theirs':
        await store.takeUpAgain('training_job', name);
        return false;
      case 'unnamed':
        return (await adoptOurs(services, job, looked.own)).kind === 'adopted';
    }
  } catch (error) {
    if (options.signal?.aborted || error instanceof StoreUnavailable) throw error;
    if (error instanceof SagemakerError && error.kind === 'not_found') await store.takeUpAgain('training_job', name);
    else await store.passOver('training_job', name, whatFailed(error), now());
    // The next one would be refused as well.
    if (error instanceof SagemakerError && (error.kind === 'throttled' || error.kind === 'unauthenticated')) throw error;
    return false;
  }
}
