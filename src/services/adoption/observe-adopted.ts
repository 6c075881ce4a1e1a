import type { Endpoint } from '../../core/deployment/deployment.ts';
import { SageMakerError } from '../../core/errors.ts';
import { readDeploymentTags, tagKeys } from '../../core/sagemaker/tags.ts';
import {
  type AdoptionDecision,
  decideAdoption,
  type FoundConfig,
  type FoundEndpoint,
} from '../../core/training/decide-adoption.ts';
import { secretsOf } from '../../core/shapes/redact-shape.ts';
import type { TrainingJob, TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';

/**
 * Decides about a completed training that had ended before it was adopted (decide-adoption.ts), by what SageMaker shows of it and of its
 * endpoint now.
 *
 * @throws {SageMakerError} where SageMaker does not show what is needed.
 */
export async function observeAdopted(
  ctx: ServiceContext,
  { run, job, options }: { run: TrainingRun; job: TrainingJob; options: CallOptions },
): Promise<AdoptionDecision> {
  const { sagemaker } = ctx;
  const tags = await sagemaker.listTags(job.arn, options);
  const own = {
    trainingJobName: run.trainingJobName,
    createdAt: job.createdAt,
    endedAt: job.endedAt ?? job.modifiedAt,
    turnedDown: tags[tagKeys.turnedDown] ?? null,
  };
  // Its failure may be this training's, and repeat values of it.
  const hide = secretsOf(job.shape);
  const endpoint = await sagemaker.describeEndpoint(run.endpointName, { ...options, hide }).catch(orNullIfNotFound);
  return decideAdoption(own, endpoint === null ? null : await readEndpoint(ctx, endpoint, options));
}

async function readEndpoint(ctx: ServiceContext, endpoint: Endpoint, options: CallOptions): Promise<FoundEndpoint> {
  const { endpointConfigName, pendingEndpointConfigName, modifiedAt, failureReason } = endpoint;
  const tags = await ctx.sagemaker.listTags(endpoint.arn, options).catch(orNullIfPermanent);
  return {
    modifiedAt,
    failureReason,
    current: await readConfig(ctx, endpointConfigName, options),
    pending: await readConfig(ctx, pendingEndpointConfigName, options),
    forced: tags === null ? undefined : (tags[tagKeys.forced] ?? null),
  };
}

async function readConfig(
  { store, sagemaker, settings }: ServiceContext,
  name: string | null,
  options: CallOptions,
): Promise<FoundConfig | null> {
  if (name === null) return null;
  const config = await sagemaker.describeEndpointConfig(name, options).catch(orNullIfPermanent);
  const tags = config === null ? null : await sagemaker.listTags(config.arn, options).catch(orNullIfPermanent);
  const training = tags === null ? null : readDeploymentTags(tags, settings.projectName);
  if (training === null) return { name, training: null };
  const run = await store.runs.find(training);
  const createdAt =
    run?.trainingCreatedAt ?? (await sagemaker.describeTrainingJob(training, options).catch(orNullIfPermanent))?.createdAt;
  return { name, training: { name: training, createdAt: createdAt ?? null } };
}

function orNullIfNotFound(error: unknown): null {
  if (error instanceof SageMakerError && error.kind === 'not_found') return null;
  throw error;
}
