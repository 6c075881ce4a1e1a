import { decideRevert } from '../../../core/deployment/way-back.ts';
import { applyEndpointDecision } from '../apply-endpoint-decision.ts';
import type { DeploymentClaim } from '../deployment-claim.ts';
import type { StepEnd } from '../step-result.ts';

/** Brings the endpoint back to the configuration from before, all at once, and then ends the deployment as rolled back. */
export async function revert(claim: DeploymentClaim): Promise<StepEnd> {
  const { ctx, deployment, deadline } = claim;
  const { revert: back } = deployment;
  if (back === null) throw new Error(`deployment ${deployment.deploymentId} has no way back`);
  const endpoint = await claim.observeEndpoint();
  const decision = decideRevert({ ...deployment, revert: back }, endpoint, ctx.now(), deadline);
  return applyEndpointDecision(claim, { decision, endpoint });
}
