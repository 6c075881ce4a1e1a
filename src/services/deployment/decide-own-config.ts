import { decideEndpointConfig, type EndpointConfigDecision } from '../../core/deployment/endpoint-config-request.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { shapesOfDeployment } from './deployment-shapes.ts';

/** Decides about the deployment's endpoint configuration by what the endpoint is on now. Nothing is changed. */
export async function decideOwnConfig(claim: DeploymentClaim): Promise<EndpointConfigDecision> {
  const { ctx, run, deployment } = claim;
  const decision = decideEndpointConfig({
    endpointName: deployment.endpointName,
    modelName: deployment.modelName,
    config: shapesOfDeployment(ctx, run, deployment).endpointConfig,
    live: await claim.observeConfig(),
    variantNames: (await claim.observeEndpoint())?.variantNames ?? [],
  });
  const { restores, endpointConfig } = deployment;
  // A rollback brings back exactly what served, and carries nothing over.
  const isSame = decision.kind === 'request' && restores !== null && endpointConfig !== null;
  return isSame ? { ...decision, request: endpointConfig, carriedOver: [] } : decision;
}
