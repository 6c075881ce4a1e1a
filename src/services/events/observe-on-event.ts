import { SageMakerError } from '../../core/errors.ts';
import { retryDelayMs } from '../../core/retry-delay.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import { adoptionTask } from '../adoption/adopt-orphans.ts';
import { adoptRun, copiedFrom, readTags } from '../adoption/adopt-run.ts';
import type { ServiceContext } from '../context.ts';
import { enqueueCheck } from '../enqueue.ts';
import { complete, type JobResult, snooze } from '../job-result.ts';
import { skip } from '../skip.ts';
import type { ObserveInput } from '../training/observe-input.ts';
import { observeRun } from '../training/observe-run.ts';
import { observeTraining } from '../training/observe-training.ts';

/** An observation that fails for this long ends: the run's own check, or the search for orphans, continues. */
const abandonAfterMs = 10 * 60_000;
const callOptions: CallOptions = { maxWaitMs: 10_000 };

/**
 * Observes a training once, after an event. The event itself decides nothing, because events get lost, repeat and change order
 * (docs/reference/eventbridge-behavior.md#events-repeat-and-change-order). A training of this service that the database does not know is
 * adopted.
 */
export async function observeOnEvent(ctx: ServiceContext, input: ObserveInput): Promise<JobResult> {
  const { store, now, random } = ctx;
  const run = await store.runs.findInAnyCase(input.trainingJobName);
  try {
    if (run === null) return await adoptOnEvent(ctx, input.trainingJobName, { signal: input.signal, ...callOptions });
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    const since = input.failingSince ?? now();
    return now() - since > abandonAfterMs ? complete : snooze(retryDelayMs(now() - since, random), since);
  }
  const result =
    run.status === 'timed_out'
      ? await observeTraining(ctx, { run, ...input })
      : await observeRun(ctx, { ...input, trainingJobName: run.trainingJobName });
  const failing = result.kind === 'snooze' && result.failingSince !== null && now() - result.failingSince < abandonAfterMs;
  return failing ? result : complete;
}

async function adoptOnEvent(ctx: ServiceContext, trainingJobName: string, options: CallOptions): Promise<JobResult> {
  const skipJob = (name: string, reason: string): Promise<void> => skip(ctx, { kind: 'training_job', name, reason });
  try {
    const job = await ctx.sagemaker.describeTrainingJob(trainingJobName, options);
    const read = await readTags(ctx, { job, options });
    if (read.kind === 'copied') await skipJob(job.name, copiedFrom(read.from));
    if (read.kind === 'invalid') await skipJob(job.name, read.reason);
    if (read.kind !== 'owned') return complete;
    // Of several jobs with its run id this need not be the oldest, which only a finished search for orphans knows.
    if (!read.isNamed && (await ctx.store.leases.findCheckpoint(adoptionTask)) === null) return complete;
    const result = await adoptRun(ctx, { job, tags: read.tags, actor: 'event', options });
    if (result.kind === 'run_id_taken') await skipJob(job.name, copiedFrom(result.by));
    if (result.kind === 'run_id_taken' || result.kind === 'removed') return complete;
    await enqueueCheck(ctx, { run: result.run, delayMs: ctx.settings.pollIntervalMs });
    // The job runs again, with the run in the database.
    return snooze(0);
  } catch (error) {
    if (error instanceof SageMakerError && error.kind === 'not_found') return complete;
    throw error;
  }
}
