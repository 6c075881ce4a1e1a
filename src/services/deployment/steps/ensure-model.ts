import { failure, supersededBy } from '../../../core/deployment/outcomes.ts';
import { clearedError, notWaiting } from '../../../core/deployment/waits.ts';
import { hasOwnData, modelRequest } from '../../../core/deployment/model-request.ts';
import { pinImages, pinnedDetail } from '../../../core/deployment/pin-images.ts';
import { isAdopted } from '../../../core/training/training-run.ts';
import { decideOwnConfig } from '../decide-own-config.ts';
import type { DeploymentClaim } from '../deployment-claim.ts';
import { shapesOfDeployment } from '../deployment-shapes.ts';
import { ensureContent } from '../ensure-content.ts';
import { findNewerLive } from '../find-newer-live.ts';
import { imagesFromBefore } from '../images-from-before.ts';
import { whyInstanceTypeStays } from '../keep-autoscaling.ts';
import { finish, type StepResult } from '../step-result.ts';

/**
 * Makes sure that SageMaker has the deployment's model. A model of the same name is taken for the deployment's own where it has the same
 * content; another one ends the deployment. So does an endpoint that cannot be brought to what is wished for, before anything is created.
 */
export async function ensureModel(claim: DeploymentClaim): Promise<StepResult> {
  const { ctx, run, deployment, log } = claim;
  const newer = await findNewerOfAdopted(claim);
  if (newer !== null) return finish(supersededBy(newer));
  const config = await decideOwnConfig(claim);
  if (config.kind === 'refuse') return finish(failure(deployment, config.reason, 'invalid'));
  const stays = config.instanceType === null ? null : await whyInstanceTypeStays(claim, config.instanceType);
  if (stays !== null) return finish(failure(deployment, stays, 'invalid'));
  const shapes = shapesOfDeployment(ctx, run, deployment);
  const request = modelRequest(shapes, run.modelArtifact);
  if (request === null) return finish(failure(deployment, 'the training job has no model artifact', 'artifact'));
  const name = deployment.modelName;
  const { request: sent, pinned } = pinImages(request, (await imagesFromBefore(claim)) ?? []);
  const how = await ensureContent(claim, { what: 'model', name, request, sent, layer: shapes.model });
  if (how === 'other') return finish(failure(deployment, `the model ${name} exists with other content`, 'invalid'));
  log.info({ event: 'deployment.model_ready', model_name: name }, `model ${how}`);
  const data = hasOwnData(shapes) ? ', of the model data that was requested in place of the training artifact' : '';
  return {
    kind: 'next',
    progress: { ...clearedError(deployment), ...notWaiting(deployment) },
    detail: `model ${name} ${how}${data}${how === 'created' ? pinnedDetail(pinned) : ''}`,
  };
}

/** A database that adopted the run may have missed what has gone live since. */
async function findNewerOfAdopted(claim: DeploymentClaim): Promise<string | null> {
  const endpoint = isAdopted(claim.run) ? await claim.observeEndpoint() : null;
  return endpoint === null ? null : findNewerLive(claim, endpoint);
}
