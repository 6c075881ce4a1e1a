import { isFinishedDeployment } from '../../core/deployment/deployment.ts';
import { pollDelayMs } from '../../core/retry-delay.ts';
import { isKnownElsewhere } from '../check-place.ts';
import type { ServiceContext } from '../context.ts';
import { complete, snooze, type JobResult } from '../job-result.ts';
import { awaitDecision } from './await-decision.ts';
import { claimDeployment } from './claim-deployment.ts';
import { observeUnsettled } from './observe-unsettled.ts';
import { runSteps } from './run-steps.ts';

/**
 * Carries a deployment on as far as it goes now: model, endpoint configuration, endpoint; then its job waits outside of any worker.
 * Re-entrant: each step is recorded once SageMaker has confirmed it, and the next worker can repeat it after a crash, because its names
 * are fixed and "already exists" is adopted after a comparison.
 *
 * One worker acts: its claim raises the fencing token, which every write and every call to SageMaker checks. A worker that was paused
 * and replaced stops before its next side effect.
 *
 * @throws {ClaimLostError} when another worker has claimed it. @throws {StoreUnavailableError}. SageMaker's errors become a snooze or an
 * outcome.
 */
export async function runDeployment(
  ctx: ServiceContext,
  { deploymentId, signal }: { deploymentId: string; signal?: AbortSignal },
): Promise<JobResult> {
  const deployment = await ctx.store.deployments.find(deploymentId);
  if (deployment === null) return complete;
  const isUnsettled = deployment.unsettledSince !== null;
  if (isFinishedDeployment(deployment.status) && !isUnsettled) return complete;
  const run = await ctx.store.runs.find(deployment.trainingJobName);
  if (run === null) throw new Error(`deployment ${deploymentId} has no training run`);
  // A worker of the training's region and account takes it: here an endpoint of the same name would be another one.
  if (await isKnownElsewhere(ctx, { run })) return snooze(pollDelayMs(ctx.settings.endpointPollMs, ctx.random));
  if (isUnsettled) return observeUnsettled(ctx, { deployment, signal });
  if (deployment.status === 'awaiting_approval') return awaitDecision(ctx, { deployment });
  const claimed = await claimDeployment(ctx, { deployment, run, signal });
  return claimed.kind === 'claimed' ? runSteps(claimed.claim) : claimed;
}
