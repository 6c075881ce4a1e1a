import type { DeploymentOutcome, Endpoint, EndpointConfig, ProductionVariant } from '../../../core/deployment/deployment.ts';
import { SagemakerError } from '../../../core/errors.ts';
import { contentName } from '../../../core/sagemaker/names.ts';
import { deploymentTags } from '../../../core/sagemaker/tags.ts';
import { digestOf } from '../../digest.ts';
import { failure, type Hand, notWaiting, noTrouble } from '../deployment-claim.ts';

const defaultVariantName = 'AllTraffic';

/**
 * Makes sure that SageMaker has the deployment's endpoint configuration, with one production variant. The variant keeps the name
 * that the endpoint's variant has now, because RetainAllVariantProperties finds autoscaled counts by it
 * (docs/reference/sagemaker-behavior.md#variant-properties-are-kept-by-name).
 */
export async function ensureEndpointConfig(hand: Hand): Promise<DeploymentOutcome | null> {
  const { services, run, options } = hand;
  const endpoint = await seeEndpoint(hand);
  hand.justSeen = endpoint;
  const variant: ProductionVariant = {
    variantName: endpoint?.variantNames[0] ?? defaultVariantName,
    modelName: hand.deployment.modelName,
    instanceType: services.settings.endpointInstanceType,
    instanceCount: services.settings.endpointInstanceCount,
  };
  const name = contentName(run.trainingJobName, digestOf(variant));
  let how = 'created';
  try {
    await services.sagemaker.createEndpointConfig(
      { name, variant, tags: deploymentTags(run.project, run.trainingJobName) },
      options,
    );
  } catch (error) {
    if (!(error instanceof SagemakerError) || error.kind !== 'already_exists') throw error;
    if (!isMadeOf(await services.sagemaker.describeEndpointConfig(name, options), variant)) {
      return failure(hand.deployment, `there is another endpoint configuration named ${name}, made of something else`, 'invalid');
    }
    how = 'found';
  }
  await hand.record(
    { step: 'endpoint', endpointConfigName: name, variant, ...noTrouble(hand.deployment), ...notWaiting(hand.deployment) },
    `endpoint configuration ${name} ${how}`,
  );
  services.log.info(
    { training_job_name: run.trainingJobName, deployment_id: hand.deployment.deploymentId, endpoint_config_name: name },
    `endpoint configuration ${how}`,
  );
  return null;
}

/** The endpoint as SageMaker has it now; null when there is none. */
export async function seeEndpoint({
  services,
  deployment,
  options,
}: Pick<Hand, 'services' | 'deployment' | 'options'>): Promise<Endpoint | null> {
  try {
    return await services.sagemaker.describeEndpoint(deployment.endpointName, options);
  } catch (error) {
    if (error instanceof SagemakerError && error.kind === 'not_found') return null;
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
