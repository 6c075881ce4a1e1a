import type { EndpointConfig, ProductionVariant } from '../../../core/deployment/deployment.ts';
import { failure } from '../../../core/deployment/outcomes.ts';
import { clearedError, notWaiting } from '../../../core/deployment/waits.ts';
import { SageMakerError } from '../../../core/errors.ts';
import { contentName } from '../../../core/sagemaker/names.ts';
import { deploymentTags } from '../../../core/sagemaker/tags.ts';
import { digestOf } from '../../digest.ts';
import type { DeploymentClaim } from '../deployment-claim.ts';
import { finish, type StepResult } from '../step-result.ts';

const defaultVariantName = 'AllTraffic';

/**
 * Makes sure that SageMaker has the deployment's endpoint configuration, with one production variant. The variant keeps the name of the
 * endpoint's current one, because RetainAllVariantProperties finds autoscaled counts by it
 * (docs/reference/sagemaker-behavior.md#variant-properties-are-kept-by-name).
 */
export async function ensureEndpointConfig(claim: DeploymentClaim): Promise<StepResult> {
  const { ctx, run, options, deployment, log } = claim;
  const endpoint = await claim.observeEndpoint();
  const variant: ProductionVariant = {
    variantName: endpoint?.variantNames[0] ?? defaultVariantName,
    modelName: deployment.modelName,
    instanceType: ctx.settings.endpointInstanceType,
    instanceCount: ctx.settings.endpointInstanceCount,
  };
  const name = contentName(run.trainingJobName, digestOf(variant));
  let how: 'created' | 'found' = 'created';
  try {
    await ctx.sagemaker.createEndpointConfig({ name, variant, tags: deploymentTags(run.project, run.trainingJobName) }, options);
  } catch (error) {
    if (!(error instanceof SageMakerError) || error.kind !== 'already_exists') throw error;
    if (!isMadeOf(await ctx.sagemaker.describeEndpointConfig(name, options), variant)) {
      return finish(failure(deployment, `the endpoint configuration ${name} exists with other content`, 'invalid'));
    }
    how = 'found';
  }
  log.info({ event: 'deployment.endpoint_config_ready', endpoint_config_name: name }, `endpoint configuration ${how}`);
  return {
    kind: 'next',
    progress: { endpointConfigName: name, variant, ...clearedError(deployment), ...notWaiting(deployment) },
    detail: `endpoint configuration ${name} ${how}`,
  };
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
