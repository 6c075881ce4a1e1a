import { decideFound, type FoundConfig, type FoundDecision, type FoundEndpoint } from '../../core/training/decide-adoption.ts';
import type { Endpoint } from '../../core/deployment/deployment.ts';
import { SagemakerError } from '../../core/errors.ts';
import { readDeploymentTags, tagKeys } from '../../core/sagemaker/tags.ts';
import type { TrainingJob, TrainingRun } from '../../core/training/training-run.ts';
import { nullUnlessTransient } from '../or-null-if-permanent.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { Services } from '../context.ts';

/**
 * What becomes of a completed training that was over before it was found (decide-found.ts), by what SageMaker shows of it and of its
 * endpoint now.
 *
 * @throws {SagemakerError} where SageMaker does not show what is needed.
 */
export async function lookAtFound(
  services: Services,
  run: TrainingRun,
  job: TrainingJob,
  options: CallOptions,
): Promise<FoundDecision> {
  const { sagemaker } = services;
  const tags = await sagemaker.listTags(job.arn, options);
  const own = {
    trainingJobName: run.trainingJobName,
    createdAt: job.createdAt,
    endedAt: job.endedAt ?? job.modifiedAt,
    turnedDown: tags[tagKeys.turnedDown] ?? null,
  };
  const endpoint = await sagemaker.describeEndpoint(run.endpointName, options).catch(nullIfNotFound);
  return decideFound(own, endpoint === null ? null : await foundEndpoint(services, endpoint, options));
}

async function foundEndpoint(services: Services, endpoint: Endpoint, options: CallOptions): Promise<FoundEndpoint> {
  const { endpointConfigName, pendingEndpointConfigName, modifiedAt, failureReason } = endpoint;
  const tags = await services.sagemaker.listTags(endpoint.arn, options).catch(nullUnlessTransient);
  return {
    modifiedAt,
    failureReason,
    current: await foundConfig(services, endpointConfigName, options),
    pending: await foundConfig(services, pendingEndpointConfigName, options),
    forced: tags === null ? undefined : (tags[tagKeys.forced] ?? null),
  };
}

async function foundConfig(
  { store, sagemaker, settings }: Services,
  name: string | null,
  options: CallOptions,
): Promise<FoundConfig | null> {
  if (name === null) return null;
  const config = await sagemaker.describeEndpointConfig(name, options).catch(nullUnlessTransient);
  const tags = config === null ? null : await sagemaker.listTags(config.arn, options).catch(nullUnlessTransient);
  const training = tags === null ? null : readDeploymentTags(tags, settings.projectName);
  if (training === null) return { name, training: null };
  const run = await store.findRun(training);
  const createdAt =
    run?.trainingCreatedAt ?? (await sagemaker.describeTrainingJob(training, options).catch(nullUnlessTransient))?.createdAt;
  return { name, training: { name: training, createdAt: createdAt ?? null } };
}

function nullIfNotFound(error: unknown): null {
  if (error instanceof SagemakerError && error.kind === 'not_found') return null;
  throw error;
}
