import { SagemakerError } from '../../core/errors.ts';
import { adoptionTask } from '../adoption/adopt-orphans.ts';
import { adoptOwn, copiedFrom, readTags } from '../adoption/adopt-run.ts';
import { enqueueCheck } from '../enqueue.ts';
import { lookAtRun, observeTraining } from '../training/observe-run.ts';
import type { ObserveContext } from '../training/observe-context.ts';
import { passOver } from '../adoption/skip.ts';
import { again, done, type JobOutcome } from '../job-result.ts';
import { troubleDelayMs } from '../../core/retry-delay.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { Services } from '../context.ts';

/** A look that SageMaker does not answer is given up after this: the run's own check, or the look for lost trainings, goes on. */
const giveUpAfterMs = 10 * 60_000;

/**
 * What an event leads to: one look at SageMaker, now. The event itself decides nothing, because events are lost, repeated and
 * come in any order (docs/reference/eventbridge-behavior.md#events-repeat-and-change-order). A training of ours that the database
 * does not know is adopted.
 */
export async function lookOnEvent(services: Services, trainingJobName: string, context: ObserveContext): Promise<JobOutcome> {
  const { store, now, random } = services;
  const run = await store.findRunInAnyCase(trainingJobName);
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
      : await observeTraining(services, run.trainingJobName, context);
  const troubled = outcome.kind === 'again' && outcome.troubleSince !== null && now() - outcome.troubleSince < giveUpAfterMs;
  return troubled ? outcome : done;
}

async function adoptOnEvent(services: Services, trainingJobName: string, options: CallOptions): Promise<JobOutcome> {
  try {
    const job = await services.sagemaker.describeTrainingJob(trainingJobName, options);
    const read = await readTags(services, job, options);
    if (read.kind === 'copied') await passOver(services, 'training_job', job.name, copiedFrom(read.from));
    if (read.kind === 'invalid') await passOver(services, 'training_job', job.name, read.reason);
    if (read.kind !== 'ours') return done;
    // Of several with its run id it need not be the oldest, which the look for lost trainings is about to find.
    if (!read.named && (await services.store.reachedAt(adoptionTask)) === null) return done;
    const result = await adoptOwn(services, job, read.own, 'event');
    if (result.kind === 'run_id_taken') await passOver(services, 'training_job', job.name, copiedFrom(result.by));
    if (result.kind === 'run_id_taken' || result.kind === 'removed') return done;
    await enqueueCheck(services, result.run, services.settings.pollIntervalMs);
    // Again with the run in the database.
    return again(0);
  } catch (error) {
    if (error instanceof SagemakerError && error.kind === 'not_found') return done;
    throw error;
  }
}
