import { decideEndpointConfig, type EndpointConfigDecision } from '../../core/deployment/endpoint-config-request.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { shapesOfDeployment } from './deployment-shapes.ts';

/** Decides about the deployment's endpoint configuration by what the endpoint is on now. Nothing is changed. */
export async function decideOwnConfig(claim: DeploymentClaim): Promise<EndpointConfigDecision> {
  const { ctx, run, deployment } = claim;
  return decideEndpointConfig({
    endpointName: deployment.endpointName,
    modelName: deployment.modelName,
    config: shapesOfDeployment(ctx, run, deployment).endpointConfig,
    live: await claim.observeConfig(),
    variantNames: (await claim.observeEndpoint())?.variantNames ?? [],
  });
}
