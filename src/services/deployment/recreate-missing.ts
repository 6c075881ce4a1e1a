import type { DeploymentProgress } from '../../core/deployment/deployment.ts';
import type { Missing } from '../../core/sagemaker/missing-resource.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { recreateLiveResource } from './recreate-live-resource.ts';

/**
 * Recreates the model or the endpoint configuration that SageMaker does not find. For the deployment's own it returns to the resource's
 * step, which adopts what "already exists": it may not be visible yet. Returns null, or why the resource cannot be recreated.
 *
 * @throws {SageMakerError} when SageMaker refuses it.
 */
export async function recreateMissing(
  claim: DeploymentClaim,
  { missing, progress }: { missing: Missing; progress: DeploymentProgress },
): Promise<string | null> {
  if (missing.whose === 'own') {
    const { modelName, endpointConfigName } = claim.deployment;
    const what = missing.what === 'model' ? `the model ${modelName}` : `the endpoint configuration ${endpointConfigName}`;
    await claim.record({ ...progress, step: missing.what }, `SageMaker does not find ${what}: found or created again`);
    return null;
  }
  const obstacle = await recreateLiveResource(claim, missing);
  if (obstacle !== null) return obstacle;
  const what = missing.what === 'model' ? 'model' : 'endpoint configuration';
  await claim.record(progress, `the ${what} ${missing.name} of the live endpoint was deleted and is created again`);
  return null;
}
