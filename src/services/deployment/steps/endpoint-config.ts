import type { DeploymentOutcome, Endpoint, EndpointConfig, ProductionVariant } from '../../../core/deployment/deployment.ts';
import { SageMakerError } from '../../../core/errors.ts';
import { contentName } from '../../../core/sagemaker/names.ts';
import { deploymentTags } from '../../../core/sagemaker/tags.ts';
import { digestOf } from '../../digest.ts';
import { failure, type DeploymentClaim, notWaiting, clearedError } from '../deployment-claim.ts';

const defaultVariantName = 'AllTraffic';

/**
 * Makes sure that SageMaker has the deployment's endpoint configuration, with one production variant. The variant keeps the name
 * that the endpoint's variant has now, because RetainAllVariantProperties finds autoscaled counts by it
 * (docs/reference/sagemaker-behavior.md#variant-properties-are-kept-by-name).
 */
export async function ensureEndpointConfig(claim: DeploymentClaim): Promise<DeploymentOutcome | null> {
  const { ctx, run, options } = claim;
  const endpoint = await describeEndpointOrNull(claim);
  claim.observedEndpoint = endpoint;
  const variant: ProductionVariant = {
    variantName: endpoint?.variantNames[0] ?? defaultVariantName,
    modelName: claim.deployment.modelName,
    instanceType: ctx.settings.endpointInstanceType,
    instanceCount: ctx.settings.endpointInstanceCount,
  };
  const name = contentName(run.trainingJobName, digestOf(variant));
  let how = 'created';
  try {
    await ctx.sagemaker.createEndpointConfig({ name, variant, tags: deploymentTags(run.project, run.trainingJobName) }, options);
  } catch (error) {
    if (!(error instanceof SageMakerError) || error.kind !== 'already_exists') throw error;
    if (!isMadeOf(await ctx.sagemaker.describeEndpointConfig(name, options), variant)) {
      return failure(
        claim.deployment,
        `there is another endpoint configuration named ${name}, made of something else`,
        'invalid',
      );
    }
    how = 'found';
  }
  await claim.record(
    { step: 'endpoint', endpointConfigName: name, variant, ...clearedError(claim.deployment), ...notWaiting(claim.deployment) },
    `endpoint configuration ${name} ${how}`,
  );
  ctx.log.info(
    { training_job_name: run.trainingJobName, deployment_id: claim.deployment.deploymentId, endpoint_config_name: name },
    `endpoint configuration ${how}`,
  );
  return null;
}

/** The endpoint as SageMaker has it now; null when there is none. */
export async function describeEndpointOrNull({
  ctx,
  deployment,
  options,
}: Pick<DeploymentClaim, 'ctx' | 'deployment' | 'options'>): Promise<Endpoint | null> {
  try {
    return await ctx.sagemaker.describeEndpoint(deployment.endpointName, options);
  } catch (error) {
    if (error instanceof SageMakerError && error.kind === 'not_found') return null;
    throw error;
  }
}

function isMadeOf({ variants }: EndpointConfig, wanted: ProductionVariant): boolean {
  const [variant] = variants;
  return (
    variants.length === 1 &&
    variant !== undefined &&
    variant.variantName === wanted.variantName &&
    variant.modelName === wanted.modelName &&
    variant.instanceType === wanted.instanceType &&
    variant.instanceCount === wanted.instanceCount
  );
}
