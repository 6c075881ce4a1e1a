import type { Endpoint } from '../../core/deployment/deployment.ts';
import { trainingOfEndpointConfig } from './endpoint-status.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import type { DeploymentClaim } from './deployment-claim.ts';

/**
 * The newer training that is live on the endpoint without the database knowing it: it was lost, or restored from yesterday. The live
 * endpoint configuration's own tags tell. null when the database knows what is live (the claim has compared that), when it is not
 * ours, or when it is not newer.
 */
export async function findNewerLive(claim: DeploymentClaim, endpoint: Endpoint): Promise<string | null> {
  const { ctx, deployment, options } = claim;
  const configName = endpoint.endpointConfigName;
  if (deployment.forced || configName === null) return null;
  const live = await ctx.store.deployments.findLive(deployment.endpointName);
  if (live?.endpointConfigName === configName) return null;
  const liveJob = await trainingOfEndpointConfig(ctx, configName, options);
  if (liveJob === null || liveJob === deployment.trainingJobName) return null;
  const createdAt = await createdAtOf(claim, liveJob);
  return createdAt !== null && createdAt > deployment.trainingCreatedAt ? liveJob : null;
}

/** SageMaker's CreationTime, which is compared with nothing but another one. */
async function createdAtOf({ ctx, options }: DeploymentClaim, trainingJobName: string): Promise<number | null> {
  const run = await ctx.store.runs.find(trainingJobName);
  if (run !== null && run.trainingCreatedAt !== null) return run.trainingCreatedAt;
  const job = await ctx.sagemaker.describeTrainingJob(trainingJobName, options).catch(orNullIfPermanent);
  return job?.createdAt ?? null;
}
