import { SageMakerError } from '../../core/errors.ts';
import { isJobOf, type TrainingJob } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import type { RunView } from '../../ports/store.ts';

/**
 * The run that a name from outside means. In another case than the run's it is SageMaker that says whether the two are one, since it is
 * SageMaker's spelling that counts. null for a name that the service does not know.
 *
 * @throws {SageMakerError} when SageMaker does not say.
 */
export async function findMeantRun(ctx: ServiceContext, name: string, options: CallOptions): Promise<RunView | null> {
  const run = await ctx.store.runs.findInAnyCase(name);
  if (run === null || run.trainingJobName === name) return run;
  const job = await ctx.sagemaker.describeTrainingJob(name, options).catch((error: unknown) => {
    if (error instanceof SageMakerError && error.kind === 'not_found') return null;
    throw error;
  });
  return job !== null && isJobOf(run, job) ? run : null;
}

/** The run of a training job that SageMaker answered with; null for one that the database does not know. */
export async function findRunOfJob({ store }: ServiceContext, job: Pick<TrainingJob, 'name' | 'arn'>): Promise<RunView | null> {
  const run = await store.runs.findInAnyCase(job.name);
  return run !== null && isJobOf(run, job) ? run : null;
}
