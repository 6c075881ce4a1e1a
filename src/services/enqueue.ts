import { CannotBeHandled } from '../core/errors.ts';
import { skip } from './adoption/skip.ts';
import type { WatchedDeployment, WatchedRun } from '../ports/queue.ts';
import type { ServiceContext } from './context.ts';

/**
 * Tells the queue of a run that is recorded. A queue that is away is no failure: the reconciler finds the run in the database
 * (ARCHITECTURE.md#principles).
 */
export async function enqueueCheck(ctx: ServiceContext, run: WatchedRun, delayMs: number): Promise<void> {
  const { queue, log } = ctx;
  try {
    await queue.scheduleTrainingCheck(run, delayMs);
  } catch (error) {
    if (error instanceof CannotBeHandled) return skip(ctx, 'run', run.trainingJobName, error.message);
    log.warn(
      { err: error, training_job_name: run.trainingJobName },
      'the queue is away: monitoring begins when a reconciler finds the run',
    );
  }
}

/** The same for a deployment. */
export async function enqueueDeploy(ctx: ServiceContext, deployment: WatchedDeployment, delayMs: number): Promise<void> {
  const { queue, log } = ctx;
  try {
    await queue.deploy(deployment, delayMs);
  } catch (error) {
    if (error instanceof CannotBeHandled) return skip(ctx, 'deployment', deployment.deploymentId, error.message);
    log.warn(
      { err: error, training_job_name: deployment.trainingJobName, deployment_id: deployment.deploymentId },
      'the queue is away: the deployment goes on when a reconciler finds it',
    );
  }
}
