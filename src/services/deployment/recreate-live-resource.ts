import type { Deployment } from '../../core/deployment/deployment.ts';
import { requestOfVariant } from '../../core/deployment/endpoint-config-request.ts';
import { modelRequest } from '../../core/deployment/model-request.ts';
import { pinImages } from '../../core/deployment/pin-images.ts';
import { SageMakerError } from '../../core/errors.ts';
import type { Missing } from '../../core/sagemaker/missing-resource.ts';
import { contentName } from '../../core/sagemaker/names.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import { modelDigest } from './content-digest.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { shapesOfDeployment } from './deployment-shapes.ts';
import { createContent } from './ensure-content.ts';

type MissingOfLive = Extract<Missing, { whose: 'live' }>;

/**
 * Recreates a deleted resource that the live endpoint uses: SageMaker refuses every update of an endpoint whose own configuration
 * does not exist (hashicorp/terraform-provider-aws#40048). The service recreates only what it created itself, since it knows the content
 * of nothing else. Returns null, or why the resource cannot be recreated and what an operator can do.
 *
 * @throws {SageMakerError} when SageMaker refuses it.
 */
export async function recreateLiveResource(claim: DeploymentClaim, missing: MissingOfLive): Promise<string | null> {
  const { ctx } = claim;
  const { store } = ctx;
  const former = await store.deployments.findMaker({ endpointName: claim.deployment.endpointName, resource: missing });
  const run = former === null ? null : await store.runs.find(former.trainingJobName);
  if (former === null || run === null) return cannotBeRecreated(claim, missing);
  const modelExists = await recreateModel(claim, { former, run });
  if (missing.what === 'model') return modelExists ? null : cannotBeRecreated(claim, missing);
  const request = former.endpointConfig ?? (former.variant === null ? null : requestOfVariant(former.variant));
  if (request === null) return cannotBeRecreated(claim, missing);
  const layer = shapesOfDeployment(ctx, run, former).endpointConfig;
  const content = { what: 'endpoint_config', name: missing.name, request, layer } as const;
  try {
    await unlessItExists(() => createContent(ctx, { run, content, options: claim.options }));
  } catch (error) {
    const isModelMissing = error instanceof SageMakerError && error.kind === 'not_found' && error.resource === 'model';
    if (modelExists || !isModelMissing) throw error;
    return cannotBeRecreated(claim, { ...missing, what: 'model', name: former.modelName });
  }
  return null;
}

/** Not where its content would differ from the former one, which its name tells. Returns whether the model exists. */
async function recreateModel(
  { ctx, options }: DeploymentClaim,
  { former, run }: { former: Deployment; run: TrainingRun },
): Promise<boolean> {
  const { modelName: name } = former;
  const shapes = shapesOfDeployment(ctx, run, former);
  const request = modelRequest(shapes, run.modelArtifact);
  if (request === null || contentName(run.trainingJobName, modelDigest(request)) !== name) return false;
  const { request: sent } = pinImages(request, former.images ?? []);
  const content = { what: 'model', name, request, sent, layer: shapes.model } as const;
  await unlessItExists(() => createContent(ctx, { run, content, options }));
  return true;
}

async function unlessItExists(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof SageMakerError) || error.kind !== 'already_exists') throw error;
  }
}

function cannotBeRecreated(
  { deployment: { endpointName, trainingJobName } }: DeploymentClaim,
  { what, name }: MissingOfLive,
): string {
  const [article, resource] = what === 'model' ? ['a', 'model'] : ['an', 'endpoint configuration'];
  return (
    `the endpoint ${endpointName} is on the ${resource} ${name}, which was deleted, and SageMaker refuses to update it without; ` +
    `this service has no record of its content and cannot recreate it. Create ${article} ${resource} of that name, or delete the endpoint; ` +
    `then POST /deploy/${trainingJobName}`
  );
}
