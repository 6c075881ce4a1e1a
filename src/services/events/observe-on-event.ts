import { SageMakerError } from '../../core/errors.ts';
import { adoptionTask } from '../adoption/adopt-orphans.ts';
import { adoptOwn, copiedFrom, readTags } from '../adoption/adopt-run.ts';
import { enqueueCheck } from '../enqueue.ts';
import { observeRun, observeTraining } from '../training/observe-run.ts';
import type { ObserveContext } from '../training/observe-context.ts';
import { skip } from '../adoption/skip.ts';
import { snooze, complete, type JobResult } from '../job-result.ts';
import { retryDelayMs } from '../../core/retry-delay.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

/** A look that SageMaker does not answer is given up after this: the run's own check, or the look for lost trainings, goes on. */
const abandonAfterMs = 10 * 60_000;

/**
 * What an event leads to: one look at SageMaker, now. The event itself decides nothing, because events are lost, repeated and
 * come in any order (docs/reference/eventbridge-behavior.md#events-repeat-and-change-order). A training of ours that the database
 * does not know is adopted.
 */
export async function observeOnEvent(ctx: ServiceContext, trainingJobName: string, context: ObserveContext): Promise<JobResult> {
  const { store, now, random } = ctx;
  const run = await store.runs.findInAnyCase(trainingJobName);
  try {
    if (run === null) return await adoptOnEvent(ctx, trainingJobName, { signal: context.signal, maxWaitMs: 10_000 });
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    const since = context.failingSince ?? now();
    return now() - since > abandonAfterMs ? complete : snooze(retryDelayMs(now() - since, random), since);
  }
  const outcome =
    run.status === 'timed_out' ? await observeRun(ctx, run, context) : await observeTraining(ctx, run.trainingJobName, context);
  const failing = outcome.kind === 'snooze' && outcome.failingSince !== null && now() - outcome.failingSince < abandonAfterMs;
  return failing ? outcome : complete;
}

async function adoptOnEvent(ctx: ServiceContext, trainingJobName: string, options: CallOptions): Promise<JobResult> {
  try {
    const job = await ctx.sagemaker.describeTrainingJob(trainingJobName, options);
    const read = await readTags(ctx, job, options);
    if (read.kind === 'copied') await skip(ctx, 'training_job', job.name, copiedFrom(read.from));
    if (read.kind === 'invalid') await skip(ctx, 'training_job', job.name, read.reason);
    if (read.kind !== 'ours') return complete;
    // Of several with its run id it need not be the oldest, which the look for lost trainings is about to find.
    if (!read.named && (await ctx.store.leases.findCheckpoint(adoptionTask)) === null) return complete;
    const result = await adoptOwn(ctx, job, read.own, 'event');
    if (result.kind === 'run_id_taken') await skip(ctx, 'training_job', job.name, copiedFrom(result.by));
    if (result.kind === 'run_id_taken' || result.kind === 'removed') return complete;
    await enqueueCheck(ctx, result.run, ctx.settings.pollIntervalMs);
    // Again with the run in the database.
    return snooze(0);
  } catch (error) {
    if (error instanceof SageMakerError && error.kind === 'not_found') return complete;
    throw error;
  }
}
