import { confirmationDelayMs } from '../../core/confirm-time-limit.ts';
import { decideEndpoint, type EndpointDecision } from '../../core/deployment/decide-endpoint.ts';
import { type DeploymentOutcome, type Endpoint, isRestore } from '../../core/deployment/deployment.ts';
import { abortedWithoutWayBack, supersededBy } from '../../core/deployment/outcomes.ts';
import { imagesOf } from '../../core/deployment/pin-images.ts';
import { bakeOf, blamed, settledRollout } from '../../core/deployment/rollout-progress.ts';
import { clearedError, notWaiting, progressWhileWaiting, waitingFor } from '../../core/deployment/waits.ts';
import { abortReason, formerConfig } from '../../core/deployment/way-back.ts';
import { pollDelayMs, retryDelayMs } from '../../core/retry-delay.ts';
import { changeTiming } from '../../core/timing.ts';
import { snooze, type Snooze } from '../job-result.ts';
import { beginRevert } from './begin-revert.ts';
import type { DeploymentClaim } from './deployment-claim.ts';
import { shapesOfDeployment } from './deployment-shapes.ts';
import { requestedTags } from './ensure-content.ts';
import { findNewerLive } from './find-newer-live.ts';
import { imagesFromBefore } from './images-from-before.ts';
import { recordEndpoint, restoreAutoscaling } from './keep-autoscaling.ts';
import { prepareRollout } from './prepare-rollout.ts';
import { requestEndpointChange } from './request-endpoint-change.ts';
import { finish, type StepEnd } from './step-result.ts';
import { readAlarms, watchRollout } from './watch-rollout.ts';
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
    case 'finish':
      return endChange(claim, { outcome: decision.outcome, endpoint });
    case 'retry':
      return retryLater(claim, decision);
    case 'create':
    case 'update':
    case 'delete': {
      const isFirst = deployment.endpointChange === null && deployment.revert === null;
      const newer = endpoint !== null && isFirst ? await findNewerLive(claim, endpoint) : null;
      if (newer !== null) return finish(supersededBy(newer));
      if (endpoint !== null && decision.kind === 'update' && deployment.revert === null) await tagForced(claim, endpoint);
      if (endpoint !== null && decision.kind === 'delete') await recordEndpoint(claim, endpoint);
      const obstacle = await prepareRollout(claim, { action: decision.kind, endpoint });
      if (obstacle !== null) return obstacle;
      await requestEndpointChange(claim, { action: decision.kind, endpoint });
      return untilNextObservation(claim);
    }
    case 'wait': {
      const bake = deployment.revert === null ? bakeOf(endpoint) : null;
      const progress = progressWhileWaiting(deployment, decision, claim.ctx.now(), bake);
      if (Object.keys(progress).length > 0) await claim.record(progress);
      await watchRollout(claim, endpoint);
      claim.log.debug({ event: 'deployment.endpoint_awaited', reason: decision.why }, 'deployment waits for the endpoint');
      return untilNextObservation(claim);
    }
  }
}

/** The endpoint has settled: the deployment ends, is verified first, or turns back because a person has ended it. */
async function endChange(
  claim: DeploymentClaim,
  { outcome: settled, endpoint }: { outcome: DeploymentOutcome; endpoint: Endpoint | null },
): Promise<StepEnd> {
  const { deployment } = claim;
  const { abort, step, policy, revert } = deployment;
  const outcome = revert === null && settled.status === 'rolled_back' ? await blame(claim, settled) : settled;
  const { rollout } = claim.deployment;
  const atEnd = settledRollout(rollout, outcome.status);
  if (atEnd !== null && atEnd !== rollout) await claim.record({ rollout: atEnd });
  if (outcome.status === 'rolled_back' && outcome.failureKind !== 'capacity') await tagTurnedDown(claim);
  if (endpoint === null || outcome.status !== 'deployed' || revert !== null) return finish(outcome);
  if (abort !== null) {
    const to = formerConfig(deployment);
    const reason = abortReason(abort);
    return to === null ? finish(abortedWithoutWayBack(reason)) : beginRevert(claim, { to, reason, failureKind: 'other' });
  }
  if (policy?.verify && step !== 'verify' && !isRestore(deployment)) {
    const verification = { status: 'pending', requests: policy.verify.requests.length, failures: [] } as const;
    await claim.record({ step: 'verify', verification, ...clearedError(deployment), ...notWaiting(deployment) });
    return snooze(0);
  }
  return finishLive(claim, { endpoint, outcome });
}

/** SageMaker may not say what ended a rollout. */
async function blame(claim: DeploymentClaim, outcome: DeploymentOutcome): Promise<DeploymentOutcome> {
  const { abort, rollout } = claim.deployment;
  const seen = rollout === null ? null : await readAlarms(claim, rollout, changeTiming.callMs);
  if (seen !== null && seen !== rollout) await claim.record({ rollout: seen });
  return blamed(outcome, { abort, rollout: seen ?? rollout, isUnread: seen === null });
}

/** Ends a deployment whose configuration is live, with what its endpoint has to have from now on. */
export async function finishLive(
  claim: DeploymentClaim,
  { endpoint, outcome }: { endpoint: Endpoint; outcome: DeploymentOutcome },
): Promise<StepEnd> {
  const { deployment } = claim;
  if (deployment.endpointChange?.action === 'create') await restoreAutoscaling(claim);
  await tagLive(claim, endpoint);
  const images = (await imagesFromBefore(claim)) ?? imagesOf(endpoint.variants);
  if (deployment.images === null && images !== null) await claim.record({ images });
  const layer = shapesOfDeployment(claim.ctx, claim.run, deployment).endpointConfig;
  await tagAsRequested(claim, endpoint, requestedTags(claim.run, layer));
  return finish(outcome);
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
      step: deployment.revert === null ? 'endpoint' : 'revert',
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
