import { askWithinMs } from '../../core/deployment/decide-endpoint.ts';
import type { Deployment, Endpoint, EndpointAction } from '../../core/deployment/deployment.ts';
import { HandedOver, SagemakerError } from '../../core/errors.ts';
import { deploymentTags } from '../../core/sagemaker/tags.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import { forcedTag } from './endpoint-tags.ts';
import { seeEndpoint } from './steps/endpoint-config.ts';
import { type Hand, notWaiting, noTrouble } from './deployment-claim.ts';
import { mendLateEffect } from './restore-live.ts';

/** SageMaker's answers contradict each other: a call says that the endpoint is there, or is not, and a look says the opposite. */
export class Contradiction extends Error {
  readonly refusal: SagemakerError;

  constructor(refusal: SagemakerError) {
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
export async function askForEndpoint(
  hand: Hand,
  action: EndpointAction,
  endpoint: Endpoint | null,
): Promise<SagemakerError | null> {
  const { services, deployment } = hand;
  const { now, log } = services;
  await hand.record(
    {
      step: 'endpoint',
      askedAction: action,
      askedAt: now(),
      acknowledgedAt: null,
      endpointModifiedBefore: endpoint?.modifiedAt ?? null,
      previousEndpointConfigName: endpoint?.endpointConfigName ?? null,
    },
    '',
  );
  try {
    await call(hand, action);
  } catch (error) {
    if (!(error instanceof SagemakerError)) throw error;
    if (error.effect === 'none') await takeBack(hand, deployment, error);
    else await mendLateEffect(hand);
    // It is there already, or not there any more: the next look decides anew.
    if (isOvertaken(error, action)) throw new Contradiction(error);
    if (error.kind === 'invalid' && error.effect === 'none' && (await hasMoved(hand, endpoint))) throw new Contradiction(error);
    if (error.effect === 'unknown' && !error.mayStillArrive) return error;
    throw error;
  }
  try {
    const settled = { ...noTrouble(hand.deployment), ...notWaiting(hand.deployment), retryAt: null };
    await hand.record({ acknowledgedAt: now(), ...settled }, told(action, hand));
  } catch (error) {
    if (error instanceof HandedOver) await mendLateEffect(hand);
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
    told(action, hand),
  );
  return null;
}

/** Asked once: what an unanswered call has done is looked at before it is asked for again. */
function call({ services, deployment, run, options: own }: Hand, action: EndpointAction): Promise<void> {
  const { sagemaker } = services;
  const options: CallOptions = { ...own, retryUnclear: false, maxWaitMs: askWithinMs };
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
const takeBack = (hand: Hand, before: Deployment, error: SagemakerError): Promise<void> => {
  const { step, askedAction, askedAt, acknowledgedAt, endpointModifiedBefore, previousEndpointConfigName } = before;
  return hand.record(
    { step, askedAction, askedAt, acknowledgedAt, endpointModifiedBefore, previousEndpointConfigName },
    `${error.operation} refused: ${error.message}`,
  );
};

function isOvertaken({ kind, resource }: SagemakerError, action: EndpointAction): boolean {
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
async function hasMoved(hand: Hand, seen: Endpoint | null): Promise<boolean> {
  const now = await seeEndpoint(hand);
  return now?.status !== seen?.status || now?.modifiedAt !== seen?.modifiedAt;
}

function told(action: EndpointAction, { deployment }: Hand): string {
  switch (action) {
    case 'create':
      return `endpoint ${deployment.endpointName} is being created on ${deployment.endpointConfigName}`;
    case 'update':
      return `endpoint ${deployment.endpointName} is being updated to ${deployment.endpointConfigName}`;
    case 'delete':
      return `endpoint ${deployment.endpointName}, which failed, is being deleted to be created anew`;
  }
}
