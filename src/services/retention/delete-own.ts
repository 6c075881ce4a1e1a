import { SageMakerError } from '../../core/errors.ts';
import { contentName } from '../../core/sagemaker/names.ts';
import { readDeploymentTags, tagKeys } from '../../core/sagemaker/tags.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

export interface OwnResource {
  what: 'model' | 'endpoint_config';
  name: string;
  trainingJobName: string;
}

/** `foreign`: its tags do not say that it is what this service made for the training. */
export type Ownership = 'own' | 'gone' | 'foreign';

/** Whether SageMaker's resource of this name is what the service made, by its tags: its name follows from them. @throws {SageMakerError} */
export async function readOwnership(
  { sagemaker, settings }: ServiceContext,
  { what, name, trainingJobName, options }: OwnResource & { options: CallOptions },
): Promise<Ownership> {
  try {
    const { arn } = await (what === 'model'
      ? sagemaker.describeModel(name, options)
      : sagemaker.describeEndpointConfig(name, options));
    const tags = await sagemaker.listTags(arn, options);
    const content = tags[tagKeys.content];
    const isOwn = readDeploymentTags(tags, settings.projectName) === trainingJobName && content !== undefined;
    return isOwn && contentName(trainingJobName, content) === name ? 'own' : 'foreign';
  } catch (error) {
    return goneIfNotFound(error);
  }
}

/**
 * Deletes the service's own; artifact, image and role stay. `refuse` is asked immediately before the request leaves the process.
 *
 * @throws {SageMakerError}, and what `refuse` throws.
 */
export async function deleteOwn(
  ctx: ServiceContext,
  resource: OwnResource & { options: CallOptions; refuse: () => Promise<void> },
): Promise<'deleted' | Exclude<Ownership, 'own'>> {
  const ownership = await readOwnership(ctx, resource);
  if (ownership !== 'own') return ownership;
  const { what, name, options: own, refuse } = resource;
  const beforeSend = async (): Promise<void> => {
    await own.beforeSend?.();
    await refuse();
  };
  const options = { ...own, beforeSend };
  try {
    await (what === 'model' ? ctx.sagemaker.deleteModel(name, options) : ctx.sagemaker.deleteEndpointConfig(name, options));
    return 'deleted';
  } catch (error) {
    return goneIfNotFound(error);
  }
}

function goneIfNotFound(error: unknown): 'gone' {
  if (error instanceof SageMakerError && error.kind === 'not_found') return 'gone';
  throw error;
}
