import { changeTimeoutMs } from '../../core/deployment/decide-endpoint.ts';
import type { Deployment, Endpoint, EndpointAction } from '../../core/deployment/deployment.ts';
import { ClaimLostError, SageMakerError } from '../../core/errors.ts';
import { deploymentTags } from '../../core/sagemaker/tags.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import { forcedTag } from './endpoint-tags.ts';
import { describeEndpointOrNull } from './steps/endpoint-config.ts';
import { type DeploymentClaim, notWaiting, clearedError } from './deployment-claim.ts';
import { restoreLiveDeployment } from './restore-live.ts';

/** SageMaker's answers contradict each other: a call says that the endpoint is there, or is not, and a look says the opposite. */
export class Contradiction extends Error {
  readonly refusal: SageMakerError;

  constructor(refusal: SageMakerError) {
    super(`${refusal.message} DescribeEndpoint shows it otherwise.`, { cause: refusal });
    this.name = 'Contradiction';
    this.refusal = refusal;
  }
}

/**
 * Asks SageMaker for an effect on the endpoint. What is about to be asked, and what the endpoint looked like before, is persisted
 * first: after a crash or a lost answer the next look tells from that what has become of it. Answers the error of an answer that leaves
 * open whether it was done. @throws {Contradiction} when the endpoint turned out to be otherwise than it was seen.
 */
export async function requestEndpointChange(
  claim: DeploymentClaim,
  action: EndpointAction,
  endpoint: Endpoint | null,
): Promise<SageMakerError | null> {
  const { ctx, deployment } = claim;
  const { now, log } = ctx;
  await claim.record({
    step: 'endpoint',
    requestedAction: action,
    requestedAt: now(),
    acknowledgedAt: null,
    baselineModifiedAt: endpoint?.modifiedAt ?? null,
    previousEndpointConfigName: endpoint?.endpointConfigName ?? null,
  });
  try {
    await call(claim, action);
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    if (error.effect === 'none') await takeBack(claim, deployment, error);
    else await restoreLiveDeployment(claim);
    // It is there already, or not there any more: the next look decides anew.
    if (isConflict(error, action)) throw new Contradiction(error);
    if (error.kind === 'invalid' && error.effect === 'none' && (await hasChanged(claim, endpoint)))
      throw new Contradiction(error);
    if (error.effect === 'unknown' && !error.possiblyInFlight) return error;
    throw error;
  }
  try {
    const settled = { ...clearedError(claim.deployment), ...notWaiting(claim.deployment), retryAt: null };
    await claim.record({ acknowledgedAt: now(), ...settled }, reported(action, claim));
  } catch (error) {
    if (error instanceof ClaimLostError) await restoreLiveDeployment(claim);
    throw error;
  }
  log.info(
    {
      training_job_name: deployment.trainingJobName,
      deployment_id: deployment.deploymentId,
      endpoint_name: deployment.endpointName,
      endpoint_config_name: deployment.endpointConfigName,
      previous_endpoint_config_name: endpoint?.endpointConfigName ?? null,
    },
    reported(action, claim),
  );
  return null;
}

/** Asked once: what an unanswered call has done is looked at before it is asked for again. */
function call({ ctx, deployment, run, options: own }: DeploymentClaim, action: EndpointAction): Promise<void> {
  const { sagemaker } = ctx;
  const options: CallOptions = { ...own, retryIndeterminate: false, maxWaitMs: changeTimeoutMs };
  const { endpointName, endpointConfigName } = deployment;
  if (endpointConfigName === null) throw new Error(`deployment ${deployment.deploymentId} has no endpoint configuration`);
  switch (action) {
    case 'create':
      return sagemaker.createEndpoint(
        {
          endpointName,
          endpointConfigName,
          tags: { ...deploymentTags(run.project, run.trainingJobName), ...forcedTag(deployment) },
        },
        options,
      );
    case 'update':
      return sagemaker.updateEndpoint({ endpointName, endpointConfigName }, options);
    case 'delete':
      return sagemaker.deleteEndpoint(endpointName, options);
  }
}

/** A refused call has asked for nothing. What was asked for before, and may have arrived, is still to be accounted for. */
const takeBack = (claim: DeploymentClaim, before: Deployment, error: SageMakerError): Promise<void> => {
  const { step, requestedAction, requestedAt, acknowledgedAt, baselineModifiedAt, previousEndpointConfigName } = before;
  return claim.record(
    { step, requestedAction, requestedAt, acknowledgedAt, baselineModifiedAt, previousEndpointConfigName },
    `${error.operation} refused: ${error.message}`,
  );
};

function isConflict({ kind, resource }: SageMakerError, action: EndpointAction): boolean {
  switch (action) {
    case 'create':
      return kind === 'already_exists';
    case 'update':
      return kind === 'already_exists' || (kind === 'not_found' && resource === 'endpoint');
    case 'delete':
      return kind === 'not_found';
  }
}

/** Whether a refusal may be on account of what the endpoint has become since it was seen, as of one that has failed meanwhile. */
async function hasChanged(claim: DeploymentClaim, seen: Endpoint | null): Promise<boolean> {
  const now = await describeEndpointOrNull(claim);
  return now?.status !== seen?.status || now?.modifiedAt !== seen?.modifiedAt;
}

function reported(action: EndpointAction, { deployment }: DeploymentClaim): string {
  switch (action) {
    case 'create':
      return `endpoint ${deployment.endpointName} is being created on ${deployment.endpointConfigName}`;
    case 'update':
      return `endpoint ${deployment.endpointName} is being updated to ${deployment.endpointConfigName}`;
    case 'delete':
      return `endpoint ${deployment.endpointName}, which failed, is being deleted to be created anew`;
  }
}
