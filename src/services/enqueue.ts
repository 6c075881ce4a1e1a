import { CannotBeHandled } from '../core/errors.ts';
import { passOver } from './adoption/skip.ts';
import type { WatchedDeployment, WatchedRun } from '../ports/queue.ts';
import type { Services } from './context.ts';

/**
 * Tells the queue of a run that is recorded. A queue that is away is no failure: the reconciler finds the run in the database
 * (ARCHITECTURE.md#principles).
 */
export async function enqueueCheck(services: Services, run: WatchedRun, delayMs: number): Promise<void> {
  const { queue, log } = services;
  try {
    await queue.watchTraining(run, delayMs);
  } catch (error) {
    if (error instanceof CannotBeHandled) return passOver(services, 'run', run.trainingJobName, error.message);
    log.warn(
      { err: error, training_job_name: run.trainingJobName },
      'the queue is away: monitoring begins when a reconciler finds the run',
    );
  }
}

/** The same for a deployment. */
export async function enqueueDeploy(services: Services, deployment: WatchedDeployment, delayMs: number): Promise<void> {
  const { queue, log } = services;
  try {
    await queue.deploy(deployment, delayMs);
  } catch (error) {
    if (error instanceof CannotBeHandled) return passOver(services, 'deployment', deployment.deploymentId, error.message);
    log.warn(
      { err: error, training_job_name: deployment.trainingJobName, deployment_id: deployment.deploymentId },
      'the queue is away: the deployment goes on when a reconciler finds it',
    );
  }
}
