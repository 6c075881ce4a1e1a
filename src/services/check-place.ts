import { type Place, placeDiffers, placeOfArn } from '../core/sagemaker/place.ts';
import { SageMakerError } from '../core/errors.ts';
import type { TrainingRun } from '../core/training/training-run.ts';
import { skip } from './adoption/skip.ts';
import type { CallOptions } from '../ports/sagemaker.ts';
import type { ServiceContext } from './context.ts';

type Placed = Pick<TrainingRun, 'trainingJobName' | 'trainingJobArn'>;

/**
 * Why SageMaker does not find a run's training job here although there may be one: it is in another region or account than this process
 * speaks to. null where it is not. That is written down, for people to see.
 */
export async function whyNotHere(ctx: ServiceContext, run: Placed, options: CallOptions): Promise<string | null> {
  if (run.trainingJobArn === null) return null;
  const why = placeDiffers(run.trainingJobArn, await placeHere(ctx, options));
  if (why !== null) await skip(ctx, 'run_elsewhere', run.trainingJobName, why);
  return why;
}

/** Whether a run's training is known to be elsewhere, by what SageMaker has answered so far. */
export async function isKnownToBeElsewhere(ctx: ServiceContext, run: Placed): Promise<boolean> {
  const here = await ctx.sagemaker.place();
  const why = here.isSure ? placeDiffers(run.trainingJobArn, here) : null;
  if (why !== null) await skip(ctx, 'run_elsewhere', run.trainingJobName, why);
  return why !== null;
}

/** The account is only known by SageMaker's answers; that to a look at the service's endpoint tells it, whether or not there is one. */
async function placeHere({ sagemaker, settings }: ServiceContext, options: CallOptions): Promise<Place> {
  const here = await sagemaker.place();
  if (here.account !== null) return here;
  const endpoint = await sagemaker.describeEndpoint(settings.endpointName, options).catch((error: unknown) => {
    if (error instanceof SageMakerError) return null;
    throw error;
  });
  return (endpoint === null ? null : placeOfArn(endpoint.arn)) ?? sagemaker.place();
}
