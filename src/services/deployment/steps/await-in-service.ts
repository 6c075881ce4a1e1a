import { applyEndpointDecision, decideOnEndpoint } from '../apply-endpoint-decision.ts';
import type { DeploymentClaim } from '../deployment-claim.ts';
import type { StepEnd } from '../step-result.ts';

/** Waits until the change of the endpoint has succeeded or failed. What else became of the endpoint may need another change. */
export async function awaitInService(claim: DeploymentClaim): Promise<StepEnd> {
  const endpoint = await claim.observeEndpoint();
  return applyEndpointDecision(claim, { decision: decideOnEndpoint(claim, endpoint), endpoint });
}
