import { SagemakerError } from '../core/errors.ts';
import { adoptTraining, readOwnTags } from './adopt-training.ts';
import { enqueueCheck } from './enqueue.ts';
import { lookAtRun, observeTraining, type ObserveContext } from './observe-training.ts';
import { again, done, type JobOutcome } from './outcome.ts';
import { troubleDelayMs } from '../core/backoff.ts';
import type { CallOptions, Services } from './ports.ts';

/** A look that SageMaker does not answer is given up after this: the run's own check, or the look for lost trainings, goes on. */
const giveUpAfterMs = 10 * 60_000;

/**
 * What an event leads to: one look at SageMaker, now. The event itself decides nothing, because events are lost, repeated and come
 * in any order (sagemaker-facts, section 6). A training of ours that the database does not know is adopted.
 */
export async function lookOnEvent(services: Services, trainingJobName: string, context: ObserveContext): Promise<JobOutcome> {
  const { store, now, random } = services;
  const run = await store.findRun(trainingJobName);
  try {
    if (run === null) return await adoptOnEvent(services, trainingJobName, { signal: context.signal, maxWaitMs: 10_000 });
  } catch (error) {
    if (!(error instanceof SagemakerError)) throw error;
    const since = context.troubleSince ?? now();
    return now() - since > giveUpAfterMs ? done : again(troubleDelayMs(now() - since, random), since);
  }
  const outcome =
    run.status === 'timed_out'
      ? await lookAtRun(services, run, context)
      : await observeTraining(services, trainingJobName, context);
  const troubled = outcome.kind === 'again' && outcome.troubleSince !== null && now() - outcome.troubleSince < giveUpAfterMs;
  return troubled ? outcome : done;
}

async function adoptOnEvent(services: Services, trainingJobName: string, options: CallOptions): Promise<JobOutcome> {
  try {
    const job = await services.sagemaker.describeTrainingJob(trainingJobName, options);
    const own = await readOwnTags(services, job.arn, options);
    if (own === null || own.project !== services.settings.projectName) return done;
    const run = await adoptTraining(services, job, own, 'event');
    await enqueueCheck(services, run, services.settings.pollIntervalMs);
    // Again with the run in the database.
    return again(0);
  } catch (error) {
    if (error instanceof SagemakerError && error.kind === 'not_found') return done;
    throw error;
  }
}
