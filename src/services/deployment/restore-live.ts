import { isFinishedDeployment } from '../../core/deployment/deployment.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { newDeployment } from './new-deployment.ts';
import type { DeploymentClaim } from './deployment-claim.ts';

/**
 * A call of a worker that was paused between the fence's check and the sending may have arrived after the deployment was over, and
 * have undone what has gone live since. Nobody but this worker knows, so it has what is live deployed again, which changes nothing
 * where the endpoint is on it after all, and is superseded where something else has gone live before its turn (isRestore).
 */
export async function restoreLiveDeployment({ ctx, deployment }: DeploymentClaim): Promise<void> {
  const { store, settings, now, log } = ctx;
  const current = await store.deployments.find(deployment.deploymentId);
  // Still under way, in other hands: they see what has become of it.
  if (current === null || !isFinishedDeployment(current.status)) return;
  const live = await store.deployments.findLive(deployment.endpointName);
  const run = live === null ? null : await store.runs.find(live.trainingJobName);
  if (run === null) return;
  const wanted = newDeployment(run, run.modelArtifact, { trigger: 'reconcile', forced: true }, settings);
  const result = await store.deployments.request({ trainingJobName: run.trainingJobName, deployment: wanted, now: now() });
  log.error(
    { training_job_name: deployment.trainingJobName, deployment_id: deployment.deploymentId, live: run.trainingJobName },
    'a call arrived after its deployment was over: what is live is deployed again',
  );
  if (result.kind !== 'superseded') await enqueueDeploy(ctx, result.deployment, 0);
}
