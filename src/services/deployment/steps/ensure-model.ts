import { failure, supersededBy } from '../../../core/deployment/outcomes.ts';
import { clearedError, notWaiting } from '../../../core/deployment/waits.ts';
import { modelContent } from '../../../core/deployment/model-content.ts';
import { SageMakerError } from '../../../core/errors.ts';
import { deploymentTags } from '../../../core/sagemaker/tags.ts';
import type { DeploymentClaim } from '../deployment-claim.ts';
import { findNewerLive } from '../find-newer-live.ts';
import { finish, type StepResult } from '../step-result.ts';

/**
 * Makes sure that SageMaker has the deployment's model. A model of the same name is taken for the deployment's own where it has the same
 * image, artifact and role; another one ends the deployment.
 */
export async function ensureModel(claim: DeploymentClaim): Promise<StepResult> {
  const { ctx, run, options, deployment, log } = claim;
  const newer = await findNewerOfAdopted(claim);
  if (newer !== null) return finish(supersededBy(newer));
  const content = modelContent(run, run.modelArtifact, ctx.settings);
  if (content === null) return finish(failure(deployment, 'the training job has no model artifact', 'artifact'));
  const name = deployment.modelName;
  let how: 'created' | 'found' = 'created';
  try {
    await ctx.sagemaker.createModel({ name, ...content, tags: deploymentTags(run.project, run.trainingJobName) }, options);
  } catch (error) {
    if (!(error instanceof SageMakerError) || error.kind !== 'already_exists') throw error;
    const model = await ctx.sagemaker.describeModel(name, options);
    const isSame =
      model.image === content.image && model.modelDataUrl === content.modelDataUrl && model.roleArn === content.roleArn;
    if (!isSame) return finish(failure(deployment, `the model ${name} exists with other content`, 'invalid'));
    how = 'found';
  }
  log.info({ event: 'deployment.model_ready', model_name: name }, `model ${how}`);
  return { kind: 'next', progress: { ...clearedError(deployment), ...notWaiting(deployment) }, detail: `model ${name} ${how}` };
}

/** A database that adopted the run may have missed what has gone live since. */
async function findNewerOfAdopted(claim: DeploymentClaim): Promise<string | null> {
  const endpoint = claim.run.request === null ? await claim.observeEndpoint() : null;
  return endpoint === null ? null : findNewerLive(claim, endpoint);
}
