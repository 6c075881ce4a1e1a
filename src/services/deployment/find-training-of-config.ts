import { tagKeys } from '../../core/sagemaker/tags.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';

/**
 * Returns the training job that an endpoint configuration names in its tags; null where it is foreign or cannot be read.
 *
 * @throws {SageMakerError} for a transient error.
 */
export async function findTrainingOfConfig(
  { sagemaker }: ServiceContext,
  { endpointConfigName, options }: { endpointConfigName: string; options: CallOptions },
): Promise<string | null> {
  const config = await sagemaker.describeEndpointConfig(endpointConfigName, options).catch(orNullIfPermanent);
  const tags = config === null ? null : await sagemaker.listTags(config.arn, options).catch(orNullIfPermanent);
  return tags?.[tagKeys.trainingJobName] ?? null;
}
