import { ServiceError } from '../../core/errors.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { describeEndpointOrNull } from './describe-endpoint.ts';
import { secretsOfEndpoint } from './secrets-of-endpoint.ts';
import { findTrainingOfConfig } from './find-training-of-config.ts';

export interface EndpointStatus {
  endpointName: string;
  status: string;
  lastModifiedAt: number;
  createdAt: number;
  endpointConfigName: string | null;
  /** The training whose model is live; null when the endpoint is on a foreign configuration. */
  trainingJobName: string | null;
  failureReason: string | null;
}

const options: CallOptions = { maxWaitMs: 5000 };

/**
 * Returns an endpoint as SageMaker has it now; the service's own when no name is given.
 *
 * @throws {ServiceError} `not_found`. @throws {SageMakerError} for everything else.
 */
export async function getEndpointStatus(
  ctx: ServiceContext,
  { endpointName }: { endpointName: string | null },
): Promise<EndpointStatus> {
  const name = endpointName ?? ctx.settings.endpointName;
  const hide = await secretsOfEndpoint(ctx, name);
  const endpoint = await describeEndpointOrNull(ctx, { endpointName: name, options: { ...options, hide } });
  if (endpoint === null) throw new ServiceError('not_found', `SageMaker finds no endpoint named ${name}`);
  return {
    endpointName: endpoint.name,
    status: endpoint.status,
    lastModifiedAt: endpoint.modifiedAt,
    createdAt: endpoint.createdAt,
    endpointConfigName: endpoint.endpointConfigName,
    trainingJobName: await findTraining(ctx, endpoint),
    failureReason: endpoint.failureReason,
  };
}

/** From the database, or from the configuration's tags where the database does not know the configuration. */
async function findTraining(
  ctx: ServiceContext,
  { name, endpointConfigName }: { name: string; endpointConfigName: string | null },
): Promise<string | null> {
  if (endpointConfigName === null) return null;
  const live = await ctx.store.deployments.findLive(name);
  if (live?.endpointConfigName === endpointConfigName) return live.trainingJobName;
  return findTrainingOfConfig(ctx, { endpointConfigName, options });
}
