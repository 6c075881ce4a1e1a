import { setTimeout as delay } from 'node:timers/promises';
import { pollDelayMs, retryDelayMs } from '../../../core/retry-delay.ts';
import { decideEndpoint, type EndpointDecision, staleReadWindowMs } from '../../../core/deployment/decide-endpoint.ts';
import type { DeploymentOutcome, DeploymentProgress } from '../../../core/deployment/deployment.ts';
import type { SageMakerError } from '../../../core/errors.ts';
import { requestEndpointChange } from '../request-endpoint-change.ts';
import { tagForced, tagLive, tagTurnedDown } from '../endpoint-tags.ts';
import { describeEndpointOrNull } from './endpoint-config.ts';
import { findNewerLive } from '../find-newer-live.ts';
import { type DeploymentClaim, clearedError, supersededBy, waitingFor } from '../deployment-claim.ts';

export type EndpointStepResult = { kind: 'finish'; outcome: DeploymentOutcome } | { kind: 'wait'; afterMs: number };

/** After so long each, what was answered with a 5xx is looked into, and asked for again where it has not come about. */
const indeterminateDelaysMs = [250, 1000, 3000];

/** Looks at the endpoint and takes the one step that brings it nearer to the deployment's configuration. */
export async function applyEndpointConfig(claim: DeploymentClaim): Promise<EndpointStepResult> {
  let indeterminate: SageMakerError | null = null;
  for (const afterMs of [...indeterminateDelaysMs, null]) {
    const moved = await takeStep(claim, indeterminate !== null);
    if (moved.kind !== 'unclear') return moved;
    indeterminate = moved.error;
    if (afterMs === null || claim.options.signal?.aborted) break;
    await delay(afterMs, undefined, { signal: claim.options.signal }).catch(() => undefined);
    delete claim.observedEndpoint;
  }
  throw indeterminate;
}

/** `responded` as in decideEndpoint. */
async function takeStep(
  claim: DeploymentClaim,
  responded: boolean,
): Promise<EndpointStepResult | { kind: 'unclear'; error: SageMakerError }> {
  const { ctx, deployment } = claim;
  const { now, settings, random, log } = ctx;
  const endpoint = claim.observedEndpoint === undefined ? await describeEndpointOrNull(claim) : claim.observedEndpoint;
  const decision = decideEndpoint(deployment, endpoint, now(), { responded, deadline: claim.deadline });
  const fields = { training_job_name: deployment.trainingJobName, deployment_id: deployment.deploymentId };
  switch (decision.kind) {
    case 'finish':
      if (endpoint !== null && decision.outcome.status === 'deployed') await tagLive(claim, endpoint);
      if (decision.outcome.status === 'rolled_back' && decision.outcome.failureKind !== 'capacity') await tagTurnedDown(claim);
      return decision;
    case 'retry':
      return { kind: 'wait', afterMs: await retryLater(claim, decision) };
    case 'create':
    case 'update':
    case 'delete': {
      const newer = endpoint !== null && deployment.requestedAction === null ? await findNewerLive(claim, endpoint) : null;
      if (newer !== null) return { kind: 'finish', outcome: supersededBy(newer) };
      if (endpoint !== null && decision.kind === 'update') await tagForced(claim, endpoint);
      const requested = await requestEndpointChange(claim, decision.kind, endpoint);
      if (requested !== null) return { kind: 'unclear', error: requested };
      break;
    }
    case 'wait': {
      const progress: DeploymentProgress = {
        ...(decision.inProgress ? inProgress(claim, decision.failureReason) : {}),
        ...clearedError(deployment),
        ...waitingFor(deployment, 'endpoint', decision.why, now()),
      };
      if (Object.keys(progress).length > 0) await claim.record(progress);
      log.debug(
        { ...fields, endpoint_name: deployment.endpointName, reason: decision.why },
        'the deployment waits for the endpoint',
      );
      break;
    }
  }
  return { kind: 'wait', afterMs: pollDelayMs(settings.endpointPollMs, random) };
}

/**
 * What was asked for did not come about for want of capacity, or on account of SageMaker itself: takes it back, to ask again. That is
 * persisted with the instant before which nothing is asked for, so that no event and no restart hastens it.
 */
async function retryLater(
  claim: DeploymentClaim,
  { cause, reason }: Extract<EndpointDecision, { kind: 'retry' }>,
): Promise<number> {
  const { deployment, ctx } = claim;
  const { now, random, settings, log } = ctx;
  const since = deployment.lastErrorKind === cause && deployment.failingSince !== null ? deployment.failingSince : now();
  const afterMs = Math.max(retryDelayMs(now() - since, random), Math.min(settings.endpointPollMs, leastRetryMs));
  await claim.record(
    {
      step: 'endpoint',
      requestedAction: null,
      acknowledgedAt: null,
      failureReason: null,
      lastErrorKind: cause,
      failingSince: since,
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
      next_observation_ms: afterMs,
    },
    `the endpoint did not come up (${cause}); it is tried again`,
  );
  return afterMs;
}

const leastRetryMs = 15_000;

/** SageMaker was seen working on what was asked: that confirms it, whether or not the call was answered. */
function inProgress({ deployment, ctx }: DeploymentClaim, failureReason: string | null): DeploymentProgress {
  const { step, acknowledgedAt } = deployment;
  const now = ctx.now();
  // Half-way through the time in which an answer may be from before, so that the mark is never older than that.
  const isNews = step !== 'settle' || acknowledgedAt === null || now - acknowledgedAt > staleReadWindowMs / 2;
  return {
    ...(isNews ? { step: 'settle', acknowledgedAt: now } : {}),
    ...(failureReason !== null && deployment.failureReason === null ? { failureReason } : {}),
  };
}
