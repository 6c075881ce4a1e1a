import { isFinishedDeployment } from '../../core/deployment/deployment.ts';
import { enqueueDeploy } from '../enqueue.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { shapesOfDeployment } from './deployment-shapes.ts';
import { newDeployment } from './new-deployment.ts';

/**
 * A worker that is paused between the check of its claim and the sending of a call may send it after its deployment is over, and so undo
 * what has gone live since. Only this worker knows, so it requests a restore of what is live. That changes nothing where the endpoint is
 * on it after all, and is superseded where something else goes live first (isRestore).
 */
export async function restoreLiveDeployment({ ctx, deployment, log }: DeploymentClaim): Promise<void> {
  const { store, now } = ctx;
  const current = await store.deployments.find(deployment.deploymentId);
  // While it is in progress, the worker that has claimed it observes what the call did.
  if (current === null || !isFinishedDeployment(current.status)) return;
  const live = await store.deployments.findLive(deployment.endpointName);
  const run = live === null ? null : await store.runs.find(live.trainingJobName);
  if (live === null || run === null) return;
  const shapes = shapesOfDeployment(ctx, run, live);
  const restore = newDeployment({ run, modelArtifact: run.modelArtifact, shapes, trigger: 'reconcile', forced: true });
  const result = await store.deployments.request({
    trainingJobName: run.trainingJobName,
    deployment: restore,
    asIs: true,
    now: now(),
  });
  log.error(
    { event: 'deployment.restore_started', live: run.trainingJobName },
    'late call may have replaced the live model; restoring it',
  );
  if ('deployment' in result) await enqueueDeploy(ctx, { deployment: result.deployment, delayMs: 0 });
}
