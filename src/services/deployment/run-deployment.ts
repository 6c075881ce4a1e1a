import { pollDelayMs } from '../../core/retry-delay.ts';
import { confirmationDelayMs } from '../../core/confirm-time-limit.ts';
import { type Deadline, deadlineOf } from '../../core/deployment/time-limit.ts';
import { outOfTime } from '../../core/deployment/decide-endpoint.ts';
import {
  type Deployment,
  type DeploymentOutcome,
  type DeploymentProgress,
  isFinishedDeployment,
} from '../../core/deployment/deployment.ts';
import { ClaimLostError, SageMakerError } from '../../core/errors.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import { ensureEndpointConfig, describeEndpointOrNull } from './steps/endpoint-config.ts';
import { findNewerLive } from './find-newer-live.ts';
import { ensureModel } from './steps/model.ts';
import { type DeploymentClaim, supersededBy } from './deployment-claim.ts';
import { observeAfterwards } from './observe-afterwards.ts';
import { applyEndpointConfig } from './steps/endpoint.ts';
import { Contradiction } from './request-endpoint-change.ts';
import { handleSageMakerError } from './handle-sagemaker-error.ts';
import { isKnownToBeElsewhere } from '../check-place.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { snooze, complete, type JobResult } from '../job-result.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

/**
 * Carries a deployment on as far as it goes now: model, endpoint configuration, endpoint; then it waits outside of any worker for the
 * endpoint to settle. Re-entrant: each step is persisted when SageMaker has confirmed it, and can be repeated by whoever comes next
 * after a crash, because its names are fixed and "already exists" is adopted after a comparison.
 *
 * Only one worker acts: taking the deployment in hand raises its fence, and every write and every call to SageMaker asks for it, so
 * that a worker which was paused and replaced stops before its next effect.
 *
 * @throws {ClaimLostError} when somebody else has it. @throws {StoreUnavailableError}. SageMaker's errors become waits or an outcome.
 */
export async function runDeployment(
  ctx: ServiceContext,
  deploymentId: string,
  context: { signal?: AbortSignal },
): Promise<JobResult> {
  const { store, log, random, settings, now } = ctx;
  const found = await store.deployments.find(deploymentId);
  if (found === null) return complete;
  if (isFinishedDeployment(found.status) && found.unsettledSince === null) return complete;
  if (await isElsewhere(ctx, found)) return snooze(pollDelayMs(settings.endpointPollMs, random));
  if (found.unsettledSince !== null) return observeAfterwards(ctx, found, context);
  const deployment =
    found.status === 'queued'
      ? await claimQueued(ctx, found)
      : await store.deployments.reclaim({ deploymentId, now: now(), intervalMs: settings.endpointPollMs });
  if (deployment === 'waiting') return snooze(pollDelayMs(settings.endpointPollMs, random));
  if (deployment === null) return complete;
  const run = await store.runs.find(deployment.trainingJobName);
  if (run === null) throw new Error(`deployment ${deploymentId} has no training run`);

  const claim = openClaim(ctx, deployment, run, context.signal);
  await noteDeadline(claim);
  try {
    return await runSteps(claim);
  } catch (error) {
    if (!(error instanceof SageMakerError) && !(error instanceof Contradiction)) throw error;
    const met = await handleSageMakerError(claim, error);
    if (met.kind === 'finish') return finish(claim, met.outcome);
    // Said once, not at each try.
    const level = found.waitsForDetail === met.why ? 'debug' : 'warn';
    log[level]({ ...fieldsOf(claim), err: error, next_observation_ms: met.outcome.delayMs }, `the deployment waits: ${met.why}`);
    return met.outcome;
  }
}

/** Left to a worker of the training's region and account: here it would make, or look at, an endpoint in the wrong place. */
async function isElsewhere(ctx: ServiceContext, { trainingJobName }: Deployment): Promise<boolean> {
  const run = await ctx.store.runs.find(trainingJobName);
  return run !== null && isKnownToBeElsewhere(ctx, run);
}

/** Persisted, so that the look that ends the deployment on account of its time limit may be another worker's. */
async function noteDeadline(claim: DeploymentClaim): Promise<void> {
  const { overdueSince } = claim.deployment;
  if ((claim.deadline !== 'in_time') === (overdueSince !== null)) return;
  await claim.record({ overdueSince: overdueSince === null ? claim.ctx.now() : null });
}

async function claimQueued(ctx: ServiceContext, queued: Deployment): Promise<Deployment | 'waiting' | null> {
  const { store, settings, log, now } = ctx;
  const result = await store.deployments.claim({
    deploymentId: queued.deploymentId,
    deadlineAt: now() + settings.maxDeploymentWaitMs,
    now: now(),
  });
  const fields = {
    training_job_name: queued.trainingJobName,
    deployment_id: queued.deploymentId,
    endpoint_name: queued.endpointName,
  };
  switch (result.kind) {
    case 'claimed':
      log.info(fields, `deploying to ${queued.endpointName}`);
      return result.deployment;
    case 'wait': {
      // Told once, not at each look.
      const level = now() - queued.createdAt < settings.endpointPollMs ? 'info' : 'debug';
      log[level](
        { ...fields, behind: result.behind.trainingJobName },
        `the deployment waits for that of ${result.behind.trainingJobName}`,
      );
      return 'waiting';
    }
    case 'superseded':
      log.info(
        { ...fields, superseded_by: result.deployment.supersededBy },
        `deployment superseded by ${result.deployment.supersededBy}`,
      );
      return null;
    case 'gone': {
      // Claimed by a job of the same deployment meanwhile, or over.
      return store.deployments.reclaim({ deploymentId: queued.deploymentId, now: now(), intervalMs: settings.endpointPollMs });
    }
  }
}

async function runSteps(claim: DeploymentClaim): Promise<JobResult> {
  for (;;) {
    const { step } = claim.deployment;
    if (step === 'endpoint' || step === 'settle') {
      const moved = await applyEndpointConfig(claim);
      return moved.kind === 'finish'
        ? finish(claim, moved.outcome)
        : snooze(claim.deadline === 'confirm' ? nextObservationMs(claim) : moved.afterMs);
    }
    if (claim.deadline === 'over') return finish(claim, outOfTime(claim.deployment, lastErrorText(claim)).outcome);
    if (claim.deadline === 'confirm') return snooze(nextObservationMs(claim));
    const failure = step === 'model' ? await makeModel(claim) : await ensureEndpointConfig(claim);
    if (failure !== null) return finish(claim, failure);
  }
}

const nextObservationMs = ({ ctx: { settings } }: DeploymentClaim): number => confirmationDelayMs(settings.endpointPollMs);

const lastErrorText = ({ deployment: { step, waitsForDetail } }: DeploymentClaim): string =>
  waitsForDetail ?? `still at the step ${step}`;

async function makeModel(claim: DeploymentClaim): Promise<DeploymentOutcome | null> {
  // Of a run that was adopted, the database may not know what has become of the endpoint since.
  const endpoint = claim.run.request === null ? await describeEndpointOrNull(claim) : null;
  const newer = endpoint === null ? null : await findNewerLive(claim, endpoint);
  return newer === null ? ensureModel(claim) : supersededBy(newer);
}

/** Records the end and lets the next deployment of the endpoint go. */
async function finish(claim: DeploymentClaim, outcome: DeploymentOutcome): Promise<JobResult> {
  const { ctx, deployment } = claim;
  const finished = await ctx.store.deployments.finish({
    deploymentId: deployment.deploymentId,
    fencingToken: deployment.fencingToken,
    outcome,
    now: ctx.now(),
  });
  if (finished === null) throw new ClaimLostError('the deployment was taken over');
  const fields = { ...fieldsOf(claim), status: outcome.status, failure_reason: outcome.failureReason };
  if (outcome.status === 'failed' || outcome.status === 'rolled_back') ctx.log.error(fields, `deployment ${outcome.status}`);
  else ctx.log.info(fields, `deployment ${outcome.status}`);
  if (finished.next !== null) await enqueueDeploy(ctx, finished.next, 0);
  return complete;
}

/** After that the deployment waits outside of the worker. */
const callWaitMs = 10_000;

const fieldsOf = ({ deployment }: DeploymentClaim): object => ({
  training_job_name: deployment.trainingJobName,
  deployment_id: deployment.deploymentId,
  endpoint_name: deployment.endpointName,
});

function openClaim(
  ctx: ServiceContext,
  deployment: Deployment,
  run: TrainingRun,
  signal: AbortSignal | undefined,
): DeploymentClaim {
  const { store, now, settings } = ctx;
  const deadline: Deadline = deadlineOf(deployment, now(), settings.endpointPollMs);
  const assertClaimCurrent = async (): Promise<void> => {
    if (
      !(await store.deployments.isClaimCurrent({ deploymentId: deployment.deploymentId, fencingToken: deployment.fencingToken }))
    )
      throw new ClaimLostError('the deployment was taken over');
  };
  const options: CallOptions = { signal, guard: assertClaimCurrent, maxWaitMs: callWaitMs };
  const claim: DeploymentClaim = {
    ctx,
    run,
    options,
    deadline,
    deployment,
    async record(progress: DeploymentProgress, detail?: string) {
      const recorded = await store.deployments.recordProgress({
        deploymentId: deployment.deploymentId,
        fencingToken: deployment.fencingToken,
        progress,
        detail,
        now: now(),
      });
      if (recorded === null) throw new ClaimLostError('the deployment was taken over');
      claim.deployment = recorded;
    },
  };
  return claim;
}
