import { setTimeout as delay } from 'node:timers/promises';
import { jitteredIntervalMs, troubleDelayMs } from '../../../core/retry-delay.ts';
import { decideEndpoint, type EndpointDecision, staleViewMs } from '../../../core/deployment/decide-endpoint.ts';
import type { DeploymentOutcome, DeploymentProgress } from '../../../core/deployment/deployment.ts';
import type { SagemakerError } from '../../../core/errors.ts';
import { askForEndpoint } from '../request-endpoint-change.ts';
import { tagForced, tagLive, tagTurnedDown } from '../endpoint-tags.ts';
import { seeEndpoint } from './endpoint-config.ts';
import { findNewerLive } from '../find-newer-live.ts';
import { type Hand, noTrouble, supersededBy, waitingFor } from '../deployment-claim.ts';

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
  const decision = decideEndpoint(deployment, endpoint, now(), { answered, deadline: hand.deadline });
  const fields = { training_job_name: deployment.trainingJobName, deployment_id: deployment.deploymentId };
  switch (decision.kind) {
    case 'finish':
      if (endpoint !== null && decision.outcome.status === 'deployed') await tagLive(hand, endpoint);
      if (decision.outcome.status === 'rolled_back' && decision.outcome.failureKind !== 'capacity') await tagTurnedDown(hand);
      return decision;
    case 'retry':
      return { kind: 'wait', afterMs: await retryLater(hand, decision) };
    case 'create':
    case 'update':
    case 'delete': {
      const newer = endpoint !== null && deployment.askedAction === null ? await findNewerLive(hand, endpoint) : null;
      if (newer !== null) return { kind: 'finish', outcome: supersededBy(newer) };
      if (endpoint !== null && decision.kind === 'update') await tagForced(hand, endpoint);
      const asked = await askForEndpoint(hand, decision.kind, endpoint);
      if (asked !== null) return { kind: 'unclear', error: asked };
      break;
    }
    case 'wait': {
      const progress: DeploymentProgress = {
        ...(decision.underWay ? underWay(hand, decision.failureReason) : {}),
        ...noTrouble(deployment),
        ...waitingFor(deployment, 'endpoint', decision.why, now()),
      };
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

/**
 * What was asked for did not come about for want of capacity, or on account of SageMaker itself: takes it back, to ask again. That is
 * persisted with the instant before which nothing is asked for, so that no event and no restart hastens it.
 */
async function retryLater(hand: Hand, { cause, reason }: Extract<EndpointDecision, { kind: 'retry' }>): Promise<number> {
  const { deployment, services } = hand;
  const { now, random, settings, log } = services;
  const since = deployment.troubleKind === cause && deployment.troubleSince !== null ? deployment.troubleSince : now();
  const afterMs = Math.max(troubleDelayMs(now() - since, random), Math.min(settings.endpointPollMs, leastRetryMs));
  await hand.record(
    {
      step: 'endpoint',
      askedAction: null,
      acknowledgedAt: null,
      failureReason: null,
      troubleKind: cause,
      troubleSince: since,
      retryAt: now() + afterMs,
      ...waitingFor(deployment, 'sagemaker', reason, now()),
    },
    `${reason} It is tried again`,
  );
  log.warn(
    {
      training_job_name: deployment.trainingJobName,
      deployment_id: deployment.deploymentId,
      endpoint_name: deployment.endpointName,
      reason,
      next_look_ms: afterMs,
    },
    `the endpoint did not come up (${cause}); it is tried again`,
  );
  return afterMs;
}

const leastRetryMs = 15_000;

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
