import { snooze, type JobResult } from '../job-result.ts';
import { claimLost, type DeploymentClaim } from './deployment-claim.ts';

/**
 * What becomes of a pass whose deployment may not end as it decided, since a person has ended the deployment after the pass last read it: the
 * next pass sees that. @throws {ClaimLostError} when another worker has the claim.
 */
export async function repeatPass({ ctx, deployment: { deploymentId, fencingToken } }: DeploymentClaim): Promise<JobResult> {
  if (!(await ctx.store.deployments.isClaimCurrent({ deploymentId, fencingToken }))) throw claimLost();
  return snooze(0);
}
