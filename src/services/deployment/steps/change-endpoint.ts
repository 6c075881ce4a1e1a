import { progressWhileWaiting } from '../../../core/deployment/waits.ts';
import { applyEndpointDecision, decideOnEndpoint } from '../apply-endpoint-decision.ts';
import type { DeploymentClaim } from '../deployment-claim.ts';
import type { StepResult } from '../step-result.ts';

/** Requests the change that brings the endpoint to the deployment's configuration, until SageMaker is seen working on it. */
export async function changeEndpoint(claim: DeploymentClaim): Promise<StepResult> {
  const endpoint = await claim.observeEndpoint();
  const decision = decideOnEndpoint(claim, endpoint);
  return decision.kind === 'wait' && decision.inProgress
    ? { kind: 'next', progress: progressWhileWaiting(claim.deployment, decision, claim.ctx.now()) }
    : applyEndpointDecision(claim, { decision, endpoint });
}
