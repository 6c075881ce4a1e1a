/**
 * The steps of a deployment, in their order. A step is recorded as done once SageMaker has confirmed it, so that the next worker
 * continues with the one that follows.
 */
export const stepOrder = ['gate', 'model', 'endpoint_config', 'endpoint', 'in_service', 'verify', 'revert'] as const;

/**
 * `gate`: of a policy with a gate or an approval. `endpoint`: until SageMaker is seen working on the change of the endpoint. `in_service`:
 * until the endpoint is InService, which is the whole of a gradual rollout. `verify`: of a policy with requests to the live endpoint.
 * `revert`: back to the endpoint configuration from before, which ends the deployment.
 */
export type DeploymentStep = (typeof stepOrder)[number];

/** @throws {Error} for the last step, which ends the deployment. */
export function stepAfter(step: DeploymentStep): DeploymentStep {
  const next = stepOrder[stepOrder.indexOf(step) + 1];
  if (next === undefined) throw new Error(`no step follows ${step}`);
  return next;
}

/** Whether the step may change the endpoint: what a time limit means to it depends on the endpoint (decideEndpoint). */
export const changesEndpoint = (step: DeploymentStep): boolean => stepOrder.indexOf(step) >= stepOrder.indexOf('endpoint');
