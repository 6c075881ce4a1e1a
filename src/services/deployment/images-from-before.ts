import { isReturn } from '../../core/deployment/deployment.ts';
import type { PinnedImage } from '../../core/deployment/pin-images.ts';
import type { DeploymentClaim } from './deployment-claim.ts';

/**
 * The images that served before, of a deployment that brings back what was live: a model that has to be recreated is made of them, since
 * their tags may name others by now. Null for every other one, and where SageMaker did not show them.
 */
export async function imagesFromBefore({ ctx, deployment }: DeploymentClaim): Promise<readonly PinnedImage[] | null> {
  if (!isReturn(deployment) || deployment.images !== null) return deployment.images;
  const live = await ctx.store.deployments.findLive(deployment.endpointName);
  return live?.modelName === deployment.modelName ? live.images : null;
}
