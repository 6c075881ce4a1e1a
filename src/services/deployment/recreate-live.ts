import type { Deployment } from '../../core/deployment/deployment.ts';
import { SageMakerError } from '../../core/errors.ts';
import type { Missing } from '../../core/sagemaker/missing-resource.ts';
import { contentName } from '../../core/sagemaker/names.ts';
import { deploymentTags } from '../../core/sagemaker/tags.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import { digestOf } from '../digest.ts';
import { modelContentOf } from './new-deployment.ts';
import type { DeploymentClaim } from './deployment-claim.ts';

type MissingOfLive = Extract<Missing, { whose: 'live' }>;

/**
 * Makes again what the live endpoint is made of and somebody has deleted: SageMaker refuses every update of an endpoint whose own
 * configuration is gone (hashicorp/terraform-provider-aws#40048). Only what this service made can be made again, since only of that is
 * known what it was. Answers null when it is there again, and otherwise why not, with what a person can do.
 *
 * @throws {SageMakerError} when SageMaker refuses it.
 */
export async function recreateLive(claim: DeploymentClaim, missing: MissingOfLive): Promise<string | null> {
  const { store } = claim.ctx;
  const former = await store.deployments.findMaker({ endpointName: claim.deployment.endpointName, resource: missing });
  const run = former === null ? null : await store.runs.find(former.trainingJobName);
  if (former === null || run === null) return cannotBeRecreated(claim, missing);
  const isModelThere = await recreateModel(claim, former, run);
  if (missing.what === 'model') return isModelThere ? null : cannotBeRecreated(claim, missing);
  const { variant } = former;
  if (variant === null) return cannotBeRecreated(claim, missing);
  const tags = deploymentTags(run.project, run.trainingJobName);
  try {
    await unlessThere(() => claim.ctx.sagemaker.createEndpointConfig({ name: missing.name, variant, tags }, claim.options));
  } catch (error) {
    const isModelGone = error instanceof SageMakerError && error.kind === 'not_found' && error.resource === 'model';
    if (isModelThere || !isModelGone) throw error;
    return cannotBeRecreated(claim, { ...missing, what: 'model', name: former.modelName });
  }
  return null;
}

/** Not where it would be made of something else than it was, which its name tells. Answers whether it is there. */
async function recreateModel({ ctx, options }: DeploymentClaim, { modelName }: Deployment, run: TrainingRun): Promise<boolean> {
  const content = modelContentOf(run, run.modelArtifact, ctx.settings);
  if (content === null || contentName(run.trainingJobName, digestOf(content)) !== modelName) return false;
  await unlessThere(() =>
    ctx.sagemaker.createModel({ name: modelName, ...content, tags: deploymentTags(run.project, run.trainingJobName) }, options),
  );
  return true;
}

async function unlessThere(create: () => Promise<unknown>): Promise<void> {
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
    `this service has no record of what it was made of and can't make it again. Create ${article} ${resource} of that name, or delete the endpoint; ` +
    `then POST /deploy/${trainingJobName}`
  );
}
