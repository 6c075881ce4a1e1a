import type { DeploymentOutcome } from '../../core/deployment/deployment.ts';
import { writeTagsNow } from '../delivery/write-tags-now.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { complete, type JobResult } from '../job-result.ts';
import { removeGuardAlarms } from './remove-guard-alarms.ts';
import { logSuperseded } from './log-superseded.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { repeatPass } from './repeat-pass.ts';

const messages = {
  deployed: ['deployment.succeeded', 'deployment succeeded'],
  superseded: ['deployment.superseded', 'deployment superseded'],
  rolled_back: ['deployment.rolled_back', 'deployment rolled back; the old model serves'],
  rejected: ['deployment.rejected', 'deployment rejected'],
  failed: ['deployment.failed', 'deployment failed'],
} as const;

/** Records the end of a deployment and schedules the next one of its endpoint. @throws {ClaimLostError} when another worker has the claim. */
export async function finishDeployment(claim: DeploymentClaim, outcome: DeploymentOutcome): Promise<JobResult> {
  const { ctx, deployment, log } = claim;
  const { deploymentId, fencingToken } = deployment;
  const finished = await ctx.store.deployments.finish({ deploymentId, fencingToken, outcome, now: ctx.now() });
  if (finished === null) return repeatPass(claim);
  const { status, failureReason, supersededBy } = outcome;
  const [event, message] = messages[status];
  const level = status === 'failed' || status === 'rolled_back' ? 'error' : 'info';
  log[level]({ event, status, failure_reason: failureReason, superseded_by: supersededBy }, message);
  logSuperseded(ctx, finished.superseded);
  if (deployment.rollout !== null) await removeGuardAlarms(ctx);
  if (finished.next !== null) await enqueueDeploy(ctx, { deployment: finished.next, delayMs: 0 });
  if (outcome.turnedDown !== undefined) await writeTagsNow(ctx, { trainingJobNames: [deployment.trainingJobName] });
  return complete;
}
