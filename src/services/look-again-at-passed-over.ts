import { SagemakerError } from '../core/errors.ts';
import { hasPassed } from '../core/instants.ts';
import type { PassedOver } from '../core/passed-over.ts';
import { adoptIfOurs, adoptOurs, reasonUnlessItPasses } from './adopt-if-ours.ts';
import type { CallOptions, Services } from './ports.ts';

const againAfterIntervals = 10;
const againAfterAtLeastMs = 60_000;
const mostAtOnce = 20;

/**
 * Looks again at training jobs that could not be handled, now and then and a few at once: permissions may have come, and tags may have been
 * mended. Answers how many of them were adopted. @throws as adoptIfOurs.
 */
export async function lookAgainAtPassedOver(services: Services, options: CallOptions): Promise<number> {
  const { store, settings, now } = services;
  const afterMs = Math.max(againAfterAtLeastMs, againAfterIntervals * settings.reconcileIntervalMs);
  const due = (await store.passedOver())
    .filter(({ kind, lastAt }) => kind === 'training_job' && hasPassed(lastAt, afterMs, now()))
    .toSorted((a, b) => a.lastAt - b.lastAt)
    .slice(0, mostAtOnce);
  let adopted = 0;
  for (const one of due) if (await lookAgain(services, one, options)) adopted += 1;
  return adopted;
}

async function lookAgain(services: Services, { name }: PassedOver, options: CallOptions): Promise<boolean> {
  const { store, sagemaker, now } = services;
  try {
    const job = await sagemaker.describeTrainingJob(name, options);
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
    const why = reasonUnlessItPasses(error, options.signal);
    if (error instanceof SagemakerError && error.kind === 'not_found') await store.takeUpAgain('training_job', name);
    else await store.passOver('training_job', name, why, now());
    return false;
  }
}
