import type { Endpoint } from '../../core/deployment/deployment.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { findTrainingOfConfig } from './find-training-of-config.ts';

/**
 * Returns the newer training that is live on the endpoint and that the database does not know of, because it was lost or restored from a
 * backup. The tags of the live endpoint configuration name it. null when the database knows what is live (the claim has compared that),
 * when the configuration is foreign, or when its training is not newer.
 */
export async function findNewerLive(claim: DeploymentClaim, endpoint: Endpoint): Promise<string | null> {
  const { ctx, deployment, options } = claim;
  const { endpointConfigName } = endpoint;
  if (deployment.forced || endpointConfigName === null) return null;
  const live = await ctx.store.deployments.findLive(deployment.endpointName);
  if (live?.endpointConfigName === endpointConfigName) return null;
  const liveJob = await findTrainingOfConfig(ctx, { endpointConfigName, options });
  if (liveJob === null || liveJob === deployment.trainingJobName) return null;
  const createdAt = await findCreationTime(claim, liveJob);
  return createdAt !== null && createdAt > deployment.trainingCreatedAt ? liveJob : null;
}

/** SageMaker's CreationTime, which is compared with another one of SageMaker's alone. */
async function findCreationTime({ ctx, options }: DeploymentClaim, trainingJobName: string): Promise<number | null> {
  const run = await ctx.store.runs.find(trainingJobName);
  if (run !== null && run.trainingCreatedAt !== null) return run.trainingCreatedAt;
  const job = await ctx.sagemaker.describeTrainingJob(trainingJobName, options).catch(orNullIfPermanent);
  return job?.createdAt ?? null;
}
