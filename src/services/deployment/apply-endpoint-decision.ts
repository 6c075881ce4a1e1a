import { confirmationDelayMs } from '../../core/confirm-time-limit.ts';
import { decideEndpoint, type EndpointDecision } from '../../core/deployment/decide-endpoint.ts';
import type { Endpoint } from '../../core/deployment/deployment.ts';
import { supersededBy } from '../../core/deployment/outcomes.ts';
import { progressWhileWaiting, waitingFor } from '../../core/deployment/waits.ts';
import { pollDelayMs, retryDelayMs } from '../../core/retry-delay.ts';
import { changeTiming } from '../../core/timing.ts';
import { snooze, type Snooze } from '../job-result.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { shapesOfDeployment } from './deployment-shapes.ts';
import { requestedTags } from './ensure-content.ts';
import { findNewerLive } from './find-newer-live.ts';
import { recordAutoscaling, restoreAutoscaling } from './keep-autoscaling.ts';
import { requestEndpointChange } from './request-endpoint-change.ts';
import { finish, type StepEnd } from './step-result.ts';
import { tagAsRequested, tagForced, tagLive, tagTurnedDown } from './write-tags.ts';

export const decideOnEndpoint = ({ ctx, deployment, deadline }: DeploymentClaim, endpoint: Endpoint | null): EndpointDecision =>
  decideEndpoint(deployment, endpoint, ctx.now(), deadline);

/** Carries out what was decided by an observation of the endpoint. */
export async function applyEndpointDecision(
  claim: DeploymentClaim,
  { decision, endpoint }: { decision: EndpointDecision; endpoint: Endpoint | null },
): Promise<StepEnd> {
  const { deployment } = claim;
  switch (decision.kind) {
    case 'finish': {
      const { status, failureKind } = decision.outcome;
      if (endpoint !== null && status === 'deployed') {
        if (deployment.endpointChange?.action === 'create') await restoreAutoscaling(claim);
        await tagLive(claim, endpoint);
        const layer = shapesOfDeployment(claim.ctx, claim.run, deployment).endpointConfig;
        await tagAsRequested(claim, endpoint, requestedTags(claim.run, layer));
      }
      if (status === 'rolled_back' && failureKind !== 'capacity') await tagTurnedDown(claim);
      return decision;
    }
    case 'retry':
      return retryLater(claim, decision);
    case 'create':
    case 'update':
    case 'delete': {
      const isFirst = deployment.endpointChange === null;
      const newer = endpoint !== null && isFirst ? await findNewerLive(claim, endpoint) : null;
      if (newer !== null) return finish(supersededBy(newer));
      if (endpoint !== null && decision.kind === 'update') await tagForced(claim, endpoint);
      if (endpoint !== null && decision.kind === 'delete') await recordAutoscaling(claim, endpoint);
      await requestEndpointChange(claim, { action: decision.kind, endpoint });
      return untilNextObservation(claim);
    }
    case 'wait': {
      const progress = progressWhileWaiting(deployment, decision, claim.ctx.now());
      if (Object.keys(progress).length > 0) await claim.record(progress);
      claim.log.debug({ event: 'deployment.endpoint_awaited', reason: decision.why }, 'deployment waits for the endpoint');
      return untilNextObservation(claim);
    }
  }
}

const untilNextObservation = ({ ctx: { settings, random }, deadline }: DeploymentClaim): Snooze =>
  snooze(deadline === 'confirm' ? confirmationDelayMs(settings.endpointPollMs) : pollDelayMs(settings.endpointPollMs, random));

/**
 * Takes back a change that failed for a transient reason. The instant before which the next one is not requested is recorded, so that
 * neither an event nor a restart comes before it.
 */
async function retryLater(
  claim: DeploymentClaim,
  { cause, reason }: Extract<EndpointDecision, { kind: 'retry' }>,
): Promise<Snooze> {
  const { deployment, ctx, log } = claim;
  const { random, settings } = ctx;
  const now = ctx.now();
  const failingSince = (deployment.lastErrorKind === cause ? deployment.failingSince : null) ?? now;
  const leastMs = Math.min(settings.endpointPollMs, changeTiming.capacityRetryMs);
  const delayMs = Math.max(retryDelayMs(now - failingSince, random), leastMs);
  await claim.record(
    {
      step: 'endpoint',
      endpointChange: null,
      failureReason: null,
      lastErrorKind: cause,
      failingSince,
      retryAt: now + delayMs,
      ...waitingFor(deployment, 'sagemaker', reason, now),
    },
    `${reason} The change is retried`,
  );
  log.warn({ event: 'deployment.capacity_retry', reason, next_observation_ms: delayMs }, 'endpoint change failed; retrying');
  return snooze(delayMs);
}
