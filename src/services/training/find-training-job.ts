import { SageMakerError } from '../../core/errors.ts';
import { type FoundTrainingJob, matchJob } from '../../core/training/match-job.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import { secretsOfRun } from './secrets-of-run.ts';

/**
 * Searches SageMaker for the training job of a run that is being started.
 *
 * @throws {SageMakerError} when SageMaker does not say.
 */
export async function findTrainingJob(
  ctx: ServiceContext,
  { run, options }: { run: TrainingRun; options: CallOptions },
): Promise<FoundTrainingJob> {
  const { sagemaker, now } = ctx;
  const hide = secretsOfRun(ctx, run);
  const job = await sagemaker.describeTrainingJob(run.trainingJobName, { ...options, hide }).catch((error: unknown) => {
    if (error instanceof SageMakerError && error.kind === 'not_found') return null;
    throw error;
  });
  if (job === null) return { kind: 'missing' };
  const tags = await sagemaker.listTags(job.arn, options).catch(orNullIfPermanent);
  return matchJob(run, job, tags, now());
}
