import { SageMakerError } from '../core/errors.ts';
import { type Place, placeDiffers, placeOfArn } from '../core/sagemaker/place.ts';
import type { TrainingRun } from '../core/training/training-run.ts';
import type { CallOptions } from '../ports/sagemaker.ts';
import type { ServiceContext } from './context.ts';
import { skip } from './skip.ts';

type PlacedRun = Pick<TrainingRun, 'trainingJobName' | 'trainingJobArn'>;

/**
 * Returns why SageMaker does not find a run's training job although it may exist: the job is in another region or account than this
 * process uses. null where it is not. Records the reason for operators.
 */
export async function checkPlace(
  ctx: ServiceContext,
  { run, options }: { run: PlacedRun; options: CallOptions },
): Promise<string | null> {
  if (run.trainingJobArn === null) return null;
  return recordDifference(ctx, run, await findPlace(ctx, options));
}

/** Returns whether a run's training is known to be elsewhere, from earlier responses of SageMaker alone. */
export async function isKnownElsewhere(ctx: ServiceContext, { run }: { run: PlacedRun }): Promise<boolean> {
  const place = await ctx.sagemaker.place();
  return place.isSure && (await recordDifference(ctx, run, place)) !== null;
}

async function recordDifference(ctx: ServiceContext, run: PlacedRun, place: Place): Promise<string | null> {
  const reason = placeDiffers(run.trainingJobArn, place);
  if (reason !== null) await skip(ctx, { kind: 'run_elsewhere', name: run.trainingJobName, reason });
  return reason;
}

/** Only responses of SageMaker name the account. That about the service's endpoint does so whether or not the endpoint exists. */
async function findPlace({ sagemaker, settings }: ServiceContext, options: CallOptions): Promise<Place> {
  const place = await sagemaker.place();
  if (place.account !== null) return place;
  const endpoint = await sagemaker.describeEndpoint(settings.endpointName, options).catch((error: unknown) => {
    if (error instanceof SageMakerError) return null;
    throw error;
  });
  return (endpoint === null ? null : placeOfArn(endpoint.arn)) ?? sagemaker.place();
}
