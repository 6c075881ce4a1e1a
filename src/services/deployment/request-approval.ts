import type { Approval } from '../../core/deployment/delivery-state.ts';
import { pollDelayMs } from '../../core/retry-delay.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { snooze, type JobResult } from '../job-result.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { repeatPass } from './repeat-pass.ts';

/** Lets a person decide: the deployment leaves its endpoint to others meanwhile. @throws {ClaimLostError} when another worker has the claim. */
export async function requestApproval(
  claim: DeploymentClaim,
  { approval, detail }: { approval: Approval; detail: string },
): Promise<JobResult> {
  const { ctx, deployment, log } = claim;
  const { deploymentId, fencingToken } = deployment;
  const { content, expiresAt } = approval;
  const approvalPath = `/approvals/${await ctx.approvalLinks.sign({ deploymentId, content, expiresAt })}`;
  const request = { deploymentId, fencingToken, approval, detail, approvalPath, now: ctx.now() };
  const changed = await ctx.store.delivery.awaitApproval(request);
  if (changed === null) return repeatPass(claim);
  log.info(
    { event: 'deployment.approval_requested', expires_at: new Date(expiresAt).toISOString() },
    'deployment awaits an approval',
  );
  if (changed.next !== null) await enqueueDeploy(ctx, { deployment: changed.next, delayMs: 0 });
  return snooze(pollDelayMs(ctx.settings.endpointPollMs, ctx.random));
}
