import { policyFor } from '../../core/delivery/delivery-file.ts';
import { type Deployment, isReturn } from '../../core/deployment/deployment.ts';
import { SageMakerError } from '../../core/errors.ts';
import { pollDelayMs } from '../../core/retry-delay.ts';
import { changeTiming } from '../../core/timing.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ServiceContext } from '../context.ts';
import { learnEndpoint } from '../delivery/learn-endpoint.ts';
import { complete, snooze, type JobResult, type Snooze } from '../job-result.ts';
import { type DeploymentClaim, openClaim } from './deployment-claim.ts';
import { deploymentFields } from './log-fields.ts';
import { logSuperseded } from './log-superseded.ts';

interface Claimed<Value> {
  kind: 'claimed';
  claim: Value;
}

/**
 * Claims a deployment that is queued or in progress, and takes the claim from a worker that has it. Otherwise returns what becomes of its
 * job: it waits for its turn, or the deployment is over.
 */
export async function claimDeployment(
  ctx: ServiceContext,
  { deployment, run, signal }: { deployment: Deployment; run: TrainingRun; signal: AbortSignal | undefined },
): Promise<Claimed<DeploymentClaim> | JobResult> {
  const claimed = deployment.status === 'queued' ? await claimQueued(ctx, deployment, signal) : await reclaim(ctx, deployment);
  if (claimed.kind !== 'claimed') return claimed;
  const claim = openClaim(ctx, { deployment: claimed.claim, run, signal });
  await recordOverdue(claim);
  return { kind: 'claimed', claim };
}

async function claimQueued(
  ctx: ServiceContext,
  queued: Deployment,
  signal: AbortSignal | undefined,
): Promise<Claimed<Deployment> | JobResult> {
  const { store, settings, random, now } = ctx;
  const { deploymentId, createdAt } = queued;
  const log = ctx.log.child(deploymentFields(queued));
  const unknown = await learnHold(ctx, { queued, log, signal });
  if (unknown !== null) return unknown;
  const policy = policyFor(settings.delivery, queued.endpointName);
  const deadlineAt = now() + settings.maxDeploymentWaitMs;
  const result = await store.deployments.claim({ deploymentId, deadlineAt, policy, now: now() });
  switch (result.kind) {
    case 'claimed':
      log.info({ event: 'deployment.claimed' }, 'deployment claimed');
      return { kind: 'claimed', claim: result.deployment };
    case 'wait': {
      // Once, not at each poll.
      const level = now() - createdAt < settings.endpointPollMs ? 'info' : 'debug';
      log[level]({ event: 'deployment.waiting', behind: result.behind.trainingJobName }, 'deployment waits for its turn');
      return snooze(pollDelayMs(settings.endpointPollMs, random));
    }
    case 'held':
      log.debug({ event: 'deployment.held' }, 'deployment waits: its endpoint is held');
      return snooze(pollDelayMs(settings.endpointPollMs, random));
    case 'superseded':
      logSuperseded(ctx, [result.deployment]);
      return complete;
    case 'gone':
      // Another job of the same deployment has claimed it meanwhile, or it is over.
      return reclaim(ctx, queued);
  }
}

/**
 * A rebuilt database may not know that the endpoint is held, which its tags say: it reads them once, before the first turn there.
 * Returns null; or a snooze where SageMaker does not show them now.
 */
async function learnHold(
  ctx: ServiceContext,
  { queued, log, signal }: { queued: Deployment; log: Logger; signal: AbortSignal | undefined },
): Promise<Snooze | null> {
  const { settings, random } = ctx;
  // A hold keeps neither back.
  if (queued.forced || isReturn(queued)) return null;
  const options = { signal, maxWaitMs: changeTiming.callMs, retryThrottles: false };
  try {
    await learnEndpoint(ctx, { endpointName: queued.endpointName, options });
    return null;
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    log.warn(
      { event: 'endpoint.tags_unknown', err: error, endpoint_name: queued.endpointName },
      'tags of an endpoint cannot be read',
    );
    return snooze(pollDelayMs(settings.endpointPollMs, random));
  }
}

async function reclaim(
  { store, settings, now }: ServiceContext,
  { deploymentId }: Deployment,
): Promise<Claimed<Deployment> | JobResult> {
  const deployment = await store.deployments.reclaim({ deploymentId, now: now(), intervalMs: settings.endpointPollMs });
  return deployment === null ? complete : { kind: 'claimed', claim: deployment };
}

/** So that another worker may make the second observation, which ends the deployment by its time limit. */
async function recordOverdue({ ctx, deployment, deadline, record }: DeploymentClaim): Promise<void> {
  const isOverdue = deadline !== 'in_time';
  if (isOverdue === (deployment.overdueSince !== null)) return;
  await record({ overdueSince: isOverdue ? ctx.now() : null });
}
