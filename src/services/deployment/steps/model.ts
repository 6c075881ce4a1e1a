import type { DeploymentOutcome } from '../../../core/deployment/deployment.ts';
import { SageMakerError } from '../../../core/errors.ts';
import { deploymentTags } from '../../../core/sagemaker/tags.ts';
import { modelContentOf } from '../new-deployment.ts';
import { failure, type DeploymentClaim, notWaiting, clearedError } from '../deployment-claim.ts';

/**
 * Makes sure that SageMaker has the deployment's model. A model of that name is taken for ours when it is made of the same image,
 * artifact and role; one that is not ends the deployment.
 */
export async function ensureModel(claim: DeploymentClaim): Promise<DeploymentOutcome | null> {
  const { ctx, run, options, deployment } = claim;
  const content = modelContentOf(run, run.modelArtifact, ctx.settings);
  if (content === null) return failure(deployment, 'the training job has no model artifact', 'artifact');
  const name = deployment.modelName;
  let how = 'created';
  try {
    await ctx.sagemaker.createModel({ name, ...content, tags: deploymentTags(run.project, run.trainingJobName) }, options);
  } catch (error) {
    if (!(error instanceof SageMakerError) || error.kind !== 'already_exists') throw error;
    const model = await ctx.sagemaker.describeModel(name, options);
    const same =
      model.image === content.image && model.modelDataUrl === content.modelDataUrl && model.roleArn === content.roleArn;
    if (!same) return failure(deployment, `there is another model named ${name}, made of something else`, 'invalid');
    how = 'found';
  }
  await claim.record({ step: 'endpoint_config', ...clearedError(deployment), ...notWaiting(deployment) }, `model ${name} ${how}`);
  ctx.log.info(
    { training_job_name: run.trainingJobName, deployment_id: deployment.deploymentId, model_name: name },
    `model ${how}`,
  );
  return null;
}
