import { SageMakerError, ServiceError } from '../../core/errors.ts';
import { tagKeys } from '../../core/sagemaker/tags.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

export interface EndpointStatus {
  endpointName: string;
  status: string;
  lastModifiedAt: number;
  createdAt: number;
  endpointConfigName: string | null;
  /** The training whose model is live; null when the endpoint is on a configuration that is not ours. */
  trainingJobName: string | null;
  failureReason: string | null;
}

const options: CallOptions = { maxWaitMs: 5000 };

/**
 * An endpoint as SageMaker has it now; the service's own when no name is given.
 *
 * @throws {ServiceError} `not_found`. @throws {SageMakerError} for everything else.
 */
export async function endpointStatus(ctx: ServiceContext, endpointName: string | null): Promise<EndpointStatus> {
  const { sagemaker, settings } = ctx;
  const name = endpointName ?? settings.endpointName;
  try {
    const endpoint = await sagemaker.describeEndpoint(name, options);
    return {
      endpointName: endpoint.name,
      status: endpoint.status,
      lastModifiedAt: endpoint.modifiedAt,
      createdAt: endpoint.createdAt,
      endpointConfigName: endpoint.endpointConfigName,
      trainingJobName: await trainingBehind(ctx, endpoint.name, endpoint.endpointConfigName),
      failureReason: endpoint.failureReason,
    };
  } catch (error) {
    if (error instanceof SageMakerError && error.kind === 'not_found') {
      throw new ServiceError('not_found', `SageMaker knows no endpoint named ${name}`, { cause: error });
    }
    throw error;
  }
}

/** From the database, or from the configuration's own tags where the database does not know it. */
async function trainingBehind(ctx: ServiceContext, endpointName: string, configName: string | null): Promise<string | null> {
  if (configName === null) return null;
  const live = await ctx.store.deployments.findLive(endpointName);
  if (live?.endpointConfigName === configName) return live.trainingJobName;
  return trainingOfEndpointConfig(ctx, configName, options);
}

/** The training job that an endpoint configuration of ours says it was made for; null when it is not ours, or is not to be read. */
export async function trainingOfEndpointConfig(
  { sagemaker }: ServiceContext,
  configName: string,
  calls: CallOptions,
): Promise<string | null> {
  const config = await sagemaker.describeEndpointConfig(configName, calls).catch(orNullIfPermanent);
  const tags = config === null ? null : await sagemaker.listTags(config.arn, calls).catch(orNullIfPermanent);
  return tags?.[tagKeys.trainingJobName] ?? null;
}
