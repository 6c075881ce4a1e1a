import { SageMakerError } from '../../core/errors.ts';
import { isJobOf, type TrainingJob } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { RunView } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';

/**
 * Returns the run that a caller means by a name; null for a name that the service does not know. Where the case differs from the run's,
 * SageMaker says whether the two are one, since its spelling counts.
 *
 * @throws {SageMakerError} when SageMaker does not say.
 */
export async function findRunByName(
  ctx: ServiceContext,
  { trainingJobName: name, options }: { trainingJobName: string; options: CallOptions },
): Promise<RunView | null> {
  const run = await ctx.store.runs.findInAnyCase(name);
  if (run === null || run.trainingJobName === name) return run;
  const job = await ctx.sagemaker.describeTrainingJob(name, options).catch((error: unknown) => {
    if (error instanceof SageMakerError && error.kind === 'not_found') return null;
    throw error;
  });
  return job !== null && isJobOf(run, job) ? run : null;
}

/** Returns the run of a training job in a response of SageMaker; null for one that the database does not know. */
export async function findRunByJob(
  { store }: ServiceContext,
  { job }: { job: Pick<TrainingJob, 'name' | 'arn'> },
): Promise<RunView | null> {
  const run = await store.runs.findInAnyCase(job.name);
  return run !== null && isJobOf(run, job) ? run : null;
}
