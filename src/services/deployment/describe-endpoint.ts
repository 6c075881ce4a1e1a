import type { Endpoint } from '../../core/deployment/deployment.ts';
import { SageMakerError } from '../../core/errors.ts';
import type { ShapeObject } from '../../core/shapes/shapes.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

/** Returns the endpoint as SageMaker has it now; null where SageMaker finds none. @throws {SageMakerError} for everything else. */
export async function describeEndpointOrNull(
  { sagemaker }: ServiceContext,
  { endpointName, options }: { endpointName: string; options: CallOptions },
): Promise<Endpoint | null> {
  return sagemaker.describeEndpoint(endpointName, options).catch(orNullIfNotFound);
}

/** The same of an endpoint configuration, in the members of CreateEndpointConfig. */
export async function describeConfigOrNull(
  { sagemaker }: ServiceContext,
  { name, options }: { name: string; options: CallOptions },
): Promise<ShapeObject | null> {
  return (await sagemaker.describeEndpointConfig(name, options).catch(orNullIfNotFound))?.shape ?? null;
}

function orNullIfNotFound(error: unknown): null {
  if (error instanceof SageMakerError && error.kind === 'not_found') return null;
  throw error;
}
