import { configsInUse, type EndpointUse, noEndpoint, useOf } from '../../core/deployment/endpoint-use.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { describeConfigOrNull, describeEndpointOrNull } from '../deployment/describe-endpoint.ts';

/** What the endpoint uses now: its configurations and the models that they name. @throws {SageMakerError} */
export async function observeUse(
  ctx: ServiceContext,
  { endpointName, options }: { endpointName: string; options: CallOptions },
): Promise<EndpointUse> {
  const endpoint = await describeEndpointOrNull(ctx, { endpointName, options });
  if (endpoint === null) return noEndpoint;
  const shapes = [];
  for (const name of configsInUse(endpoint)) shapes.push(await describeConfigOrNull(ctx, { name, options }));
  return useOf(endpoint, shapes);
}
