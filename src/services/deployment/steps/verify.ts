import type { Verification } from '../../../core/deployment/delivery-state.ts';
import { isReturn } from '../../../core/deployment/deployment.ts';
import { formerConfig } from '../../../core/deployment/way-back.ts';
import { verificationFailed } from '../../../core/deployment/outcomes.ts';
import { applyEndpointDecision, decideOnEndpoint, finishLive } from '../apply-endpoint-decision.ts';
import type { DeploymentClaim } from '../deployment-claim.ts';
import { beginRevert } from '../begin-revert.ts';
import { sendRequest } from '../send-request.ts';
import { finish, type StepEnd } from '../step-result.ts';

/**
 * Sends the policy's requests to the endpoint, which is live on the deployment's configuration. One that is not answered as expected
 * brings the endpoint back to what served before, within the same deployment, or is reported. A worker that dies sends them all again.
 */
export async function verify(claim: DeploymentClaim): Promise<StepEnd> {
  const endpoint = await claim.observeEndpoint();
  const decision = decideOnEndpoint(claim, endpoint);
  const { abort } = claim.deployment;
  if (endpoint === null || abort !== null || decision.kind !== 'finish' || decision.outcome.status !== 'deployed')
    return applyEndpointDecision(claim, { decision, endpoint });
  const { policy } = claim.deployment;
  const requests = policy?.verify?.requests ?? [];
  const failures: string[] = [];
  for (const [index, request] of requests.entries()) {
    const why = await sendRequest(claim, request);
    if (why !== null) failures.push(`request ${index + 1} of ${requests.length}: ${why}`);
  }
  const status = failures.length === 0 ? 'passed' : 'failed';
  const verification: Verification = { status, requests: requests.length, failures };
  const detail = failures.length === 0 ? 'verified: each response is as expected' : `verification failed: ${failures.join('; ')}`;
  await claim.record({ verification }, detail);
  if (status === 'passed') claim.log.info({ event: 'deployment.verified' }, 'endpoint verified');
  else claim.log.error({ event: 'deployment.verification_failed', failures }, 'endpoint does not respond as expected');
  const isReported = policy?.verify?.onFailure === 'report' || isReturn(claim.deployment);
  if (failures.length === 0 || isReported) return finishLive(claim, { endpoint, outcome: decision.outcome });
  const to = formerConfig(claim.deployment);
  if (to === null) return finish(verificationFailed(detail));
  return beginRevert(claim, { to, reason: detail, failureKind: 'verification' });
}
