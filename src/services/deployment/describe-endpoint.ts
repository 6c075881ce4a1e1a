import type { Endpoint } from '../../core/deployment/deployment.ts';
import { SageMakerError } from '../../core/errors.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

/** Returns the endpoint as SageMaker has it now; null where SageMaker finds none. @throws {SageMakerError} for everything else. */
export async function describeEndpointOrNull(
  { sagemaker }: ServiceContext,
  { endpointName, options }: { endpointName: string; options: CallOptions },
): Promise<Endpoint | null> {
  try {
    return await sagemaker.describeEndpoint(endpointName, options);
  } catch (error) {
    if (error instanceof SageMakerError && error.kind === 'not_found') return null;
    throw error;
  }
}
