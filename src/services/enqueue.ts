import { CannotBeHandled } from '../core/errors.ts';
import type { WatchedDeployment, WatchedRun } from '../ports/queue.ts';
import type { ServiceContext } from './context.ts';
import { skip } from './skip.ts';

/**
 * Queues the check of a recorded run. An unavailable queue is no failure: the reconciler finds the run in the database
 * (ARCHITECTURE.md#principles).
 */
export async function enqueueCheck(
  ctx: ServiceContext,
  { run, delayMs, describedAt }: { run: WatchedRun; delayMs: number; describedAt?: number },
): Promise<void> {
  const { trainingJobName } = run;
  try {
    await ctx.queue.scheduleTrainingCheck(run, delayMs, describedAt);
  } catch (error) {
    if (error instanceof CannotBeHandled) return skip(ctx, { kind: 'run', name: trainingJobName, reason: error.message });
    ctx.log.warn({ ...unavailable, err: error, training_job_name: trainingJobName }, unavailableText);
  }
}

/** The same for a deployment. */
export async function enqueueDeploy(
  ctx: ServiceContext,
  { deployment, delayMs }: { deployment: WatchedDeployment; delayMs: number },
): Promise<void> {
  const { deploymentId, trainingJobName } = deployment;
  try {
    await ctx.queue.deploy(deployment, delayMs);
  } catch (error) {
    if (error instanceof CannotBeHandled) return skip(ctx, { kind: 'deployment', name: deploymentId, reason: error.message });
    const fields = { training_job_name: trainingJobName, deployment_id: deploymentId };
    ctx.log.warn({ ...unavailable, err: error, ...fields }, unavailableText);
  }
}

const unavailable = { event: 'queue.unavailable' };
const unavailableText = 'queue unavailable; the reconciler will schedule this run';
