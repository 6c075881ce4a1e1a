import { setTimeout as delay } from 'node:timers/promises';
import { jitteredIntervalMs } from '../../core/backoff.ts';
import { askWithinMs, decideEndpoint, staleViewMs } from '../../core/decide-endpoint.ts';
import type { Deployment, DeploymentOutcome, DeploymentProgress, Endpoint, EndpointAction } from '../../core/deployment.ts';
import { HandedOver, SagemakerError } from '../../core/errors.ts';
import { deploymentTags } from '../../core/tags.ts';
import type { CallOptions } from '../ports.ts';
import { seeEndpoint } from './ensure-endpoint-config.ts';
import { findNewerLive } from './find-newer-live.ts';
import { type Hand, noTrouble, supersededBy } from './hand.ts';
import { mendLateEffect } from './mend-late-effect.ts';

export type Moved = { kind: 'finish'; outcome: DeploymentOutcome } | { kind: 'wait'; afterMs: number };

/** After so long each, what was answered with a 5xx is looked into, and asked for again where it has not come about. */
const unclearDelaysMs = [250, 1000, 3000];

/** Looks at the endpoint and takes the one step that brings it nearer to the deployment's configuration. */
export async function moveEndpoint(hand: Hand): Promise<Moved> {
  let unclear: SagemakerError | null = null;
  for (const afterMs of [...unclearDelaysMs, null]) {
    const moved = await takeStep(hand, unclear !== null);
    if (moved.kind !== 'unclear') return moved;
    unclear = moved.error;
    if (afterMs === null || hand.options.signal?.aborted) break;
    await delay(afterMs, undefined, { signal: hand.options.signal }).catch(() => undefined);
    delete hand.justSeen;
  }
  throw unclear;
}

/** `answered` as in decideEndpoint. */
async function takeStep(hand: Hand, answered: boolean): Promise<Moved | { kind: 'unclear'; error: SagemakerError }> {
  const { services, deployment } = hand;
  const { now, settings, random, log } = services;
  const endpoint = hand.justSeen === undefined ? await seeEndpoint(hand) : hand.justSeen;
  const decision = decideEndpoint(deployment, endpoint, now(), { answered });
  const fields = { training_job_name: deployment.trainingJobName, deployment_id: deployment.deploymentId };
  switch (decision.kind) {
    case 'finish':
      return decision;
    case 'create':
    case 'update':
    case 'delete': {
      const newer = endpoint !== null && deployment.askedAction === null ? await findNewerLive(hand, endpoint) : null;
      if (newer !== null) return { kind: 'finish', outcome: supersededBy(newer) };
      const asked = await ask(hand, decision.kind, endpoint);
      if (asked instanceof SagemakerError) return { kind: 'unclear', error: asked };
      if (asked === 'overtaken') return { kind: 'wait', afterMs: overtakenDelayMs };
      break;
    }
    case 'wait': {
      const seen = decision.underWay ? underWay(hand, decision.failureReason) : {};
      const progress: DeploymentProgress = { ...seen, ...noTrouble(deployment) };
      if (Object.keys(progress).length > 0) await hand.record(progress, '');
      log.debug(
        { ...fields, endpoint_name: deployment.endpointName, reason: decision.why },
        'the deployment waits for the endpoint',
      );
      break;
    }
  }
  return { kind: 'wait', afterMs: jitteredIntervalMs(settings.endpointPollMs, random) };
}

const overtakenDelayMs = 1000;

/** SageMaker was seen working on what was asked: that confirms it, whether or not the call was answered. */
function underWay({ deployment, services }: Hand, failureReason: string | null): DeploymentProgress {
  const { step, acknowledgedAt } = deployment;
  const now = services.now();
  // Half-way through the time in which an answer may be from before, so that the mark is never older than that.
  const isNews = step !== 'settle' || acknowledgedAt === null || now - acknowledgedAt > staleViewMs / 2;
  return {
    ...(isNews ? { step: 'settle', acknowledgedAt: now } : {}),
    ...(failureReason !== null && deployment.failureReason === null ? { failureReason } : {}),
  };
}

/**
 * Asks SageMaker for an effect on the endpoint. What is about to be asked, and what the endpoint looked like before, is persisted
 * first: after a crash or a lost answer the next look tells from that what has become of it. `overtaken` when the endpoint turned out to
 * be otherwise than it was seen; the error of an answer that leaves open whether it was done.
 */
async function ask(
  hand: Hand,
  action: EndpointAction,
  endpoint: Endpoint | null,
): Promise<'asked' | 'overtaken' | SagemakerError> {
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
    if (isOvertaken(error, action)) return 'overtaken';
    if (error.kind === 'invalid' && error.effect === 'none' && (await hasMoved(hand, endpoint))) return 'overtaken';
    if (error.effect === 'unknown' && !error.mayStillArrive) return error;
    throw error;
  }
  try {
    await hand.record({ acknowledgedAt: now(), ...noTrouble(hand.deployment) }, told(action, hand));
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
  return 'asked';
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
        { endpointName, endpointConfigName, tags: deploymentTags(run.project, run.trainingJobName) },
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
