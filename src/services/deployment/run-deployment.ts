import { jitteredIntervalMs } from '../../core/retry-delay.ts';
import { secondLookMs } from '../../core/confirm-time-limit.ts';
import { type Deadline, deadlineOf } from '../../core/deployment/time-limit.ts';
import { outOfTime } from '../../core/deployment/decide-endpoint.ts';
import {
  type Deployment,
  type DeploymentOutcome,
  type DeploymentProgress,
  isFinishedDeployment,
} from '../../core/deployment/deployment.ts';
import { HandedOver, SagemakerError } from '../../core/errors.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import { ensureEndpointConfig, seeEndpoint } from './steps/endpoint-config.ts';
import { findNewerLive } from './find-newer-live.ts';
import { ensureModel } from './steps/model.ts';
import { type Hand, supersededBy } from './deployment-claim.ts';
import { lookAfterwards } from './observe-afterwards.ts';
import { moveEndpoint } from './steps/endpoint.ts';
import { Contradiction } from './request-endpoint-change.ts';
import { meetTrouble } from './handle-sagemaker-error.ts';
import { isKnownToBeElsewhere } from '../check-place.ts';
import { enqueueDeploy } from '../enqueue.ts';
import { again, done, type JobOutcome } from '../job-result.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { Services } from '../context.ts';

/**
 * Carries a deployment on as far as it goes now: model, endpoint configuration, endpoint; then it waits outside of any worker for the
 * endpoint to settle. Re-entrant: each step is persisted when SageMaker has confirmed it, and can be repeated by whoever comes next
 * after a crash, because its names are fixed and "already exists" is adopted after a comparison.
 *
 * Only one worker acts: taking the deployment in hand raises its fence, and every write and every call to SageMaker asks for it, so
 * that a worker which was paused and replaced stops before its next effect.
 *
 * @throws {HandedOver} when somebody else has it. @throws {StoreUnavailable}. SageMaker's errors become waits or an outcome.
 */
export async function advanceDeployment(
  services: Services,
  deploymentId: string,
  context: { signal?: AbortSignal },
): Promise<JobOutcome> {
  const { store, log, random, settings, now } = services;
  const found = await store.findDeployment(deploymentId);
  if (found === null) return done;
  if (isFinishedDeployment(found.status) && found.unsettledSince === null) return done;
  if (await isElsewhere(services, found)) return again(jitteredIntervalMs(settings.endpointPollMs, random));
  if (found.unsettledSince !== null) return lookAfterwards(services, found, context);
  const deployment =
    found.status === 'queued'
      ? await claim(services, found)
      : await store.takeInHand(deploymentId, now(), settings.endpointPollMs);
  if (deployment === 'waiting') return again(jitteredIntervalMs(settings.endpointPollMs, random));
  if (deployment === null) return done;
  const run = await store.findRun(deployment.trainingJobName);
  if (run === null) throw new Error(`deployment ${deploymentId} has no training run`);

  const hand = takeHand(services, deployment, run, context.signal);
  await noteDeadline(hand);
  try {
    return await carryOn(hand);
  } catch (error) {
    if (!(error instanceof SagemakerError) && !(error instanceof Contradiction)) throw error;
    const met = await meetTrouble(hand, error);
    if (met.kind === 'finish') return finish(hand, met.outcome);
    // Said once, not at each try.
    const level = found.waitsForDetail === met.why ? 'debug' : 'warn';
    log[level]({ ...fieldsOf(hand), err: error, next_look_ms: met.outcome.afterMs }, `the deployment waits: ${met.why}`);
    return met.outcome;
  }
}

/** Left to a worker of the training's region and account: here it would make, or look at, an endpoint in the wrong place. */
async function isElsewhere(services: Services, { trainingJobName }: Deployment): Promise<boolean> {
  const run = await services.store.findRun(trainingJobName);
  return run !== null && isKnownToBeElsewhere(services, run);
}

/** Persisted, so that the look that ends the deployment on account of its time limit may be another worker's. */
async function noteDeadline(hand: Hand): Promise<void> {
  const { overdueSince } = hand.deployment;
  if ((hand.deadline !== 'in_time') === (overdueSince !== null)) return;
  await hand.record({ overdueSince: overdueSince === null ? hand.services.now() : null }, '');
}

async function claim(services: Services, queued: Deployment): Promise<Deployment | 'waiting' | null> {
  const { store, settings, log, now } = services;
  const result = await store.claimDeployment(queued.deploymentId, now() + settings.maxDeploymentWaitMs, now());
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
      return store.takeInHand(queued.deploymentId, now(), settings.endpointPollMs);
    }
  }
}

async function carryOn(hand: Hand): Promise<JobOutcome> {
  for (;;) {
    const { step } = hand.deployment;
    if (step === 'endpoint' || step === 'settle') {
      const moved = await moveEndpoint(hand);
      return moved.kind === 'finish'
        ? finish(hand, moved.outcome)
        : again(hand.deadline === 'look_again' ? lookAgainMs(hand) : moved.afterMs);
    }
    if (hand.deadline === 'over') return finish(hand, outOfTime(hand.deployment, lastTroubleOf(hand)).outcome);
    if (hand.deadline === 'look_again') return again(lookAgainMs(hand));
    const failure = step === 'model' ? await makeModel(hand) : await ensureEndpointConfig(hand);
    if (failure !== null) return finish(hand, failure);
  }
}

const lookAgainMs = ({ services: { settings } }: Hand): number => secondLookMs(settings.endpointPollMs);

const lastTroubleOf = ({ deployment: { step, waitsForDetail } }: Hand): string => waitsForDetail ?? `still at the step ${step}`;

async function makeModel(hand: Hand): Promise<DeploymentOutcome | null> {
  // Of a run that was adopted, the database may not know what has become of the endpoint since.
  const endpoint = hand.run.request === null ? await seeEndpoint(hand) : null;
  const newer = endpoint === null ? null : await findNewerLive(hand, endpoint);
  return newer === null ? ensureModel(hand) : supersededBy(newer);
}

/** Records the end and lets the next deployment of the endpoint go. */
async function finish(hand: Hand, outcome: DeploymentOutcome): Promise<JobOutcome> {
  const { services, deployment } = hand;
  const finished = await services.store.finishDeployment(deployment.deploymentId, deployment.fence, outcome, services.now());
  if (finished === null) throw new HandedOver('the deployment was taken over');
  const fields = { ...fieldsOf(hand), status: outcome.status, failure_reason: outcome.failureReason };
  if (outcome.status === 'failed' || outcome.status === 'rolled_back') services.log.error(fields, `deployment ${outcome.status}`);
  else services.log.info(fields, `deployment ${outcome.status}`);
  if (finished.next !== null) await enqueueDeploy(services, finished.next, 0);
  return done;
}

/** After that the deployment waits outside of the worker. */
const callWaitMs = 10_000;

const fieldsOf = ({ deployment }: Hand): object => ({
  training_job_name: deployment.trainingJobName,
  deployment_id: deployment.deploymentId,
  endpoint_name: deployment.endpointName,
});

function takeHand(services: Services, deployment: Deployment, run: TrainingRun, signal: AbortSignal | undefined): Hand {
  const { store, now, settings } = services;
  const deadline: Deadline = deadlineOf(deployment, now(), settings.endpointPollMs);
  const requireFence = async (): Promise<void> => {
    if (!(await store.holdsFence(deployment.deploymentId, deployment.fence)))
      throw new HandedOver('the deployment was taken over');
  };
  const options: CallOptions = { signal, guard: requireFence, maxWaitMs: callWaitMs };
  const hand: Hand = {
    services,
    run,
    options,
    deadline,
    deployment,
    async record(progress: DeploymentProgress, detail: string) {
      const recorded = await store.recordProgress(deployment.deploymentId, deployment.fence, progress, detail, now());
      if (recorded === null) throw new HandedOver('the deployment was taken over');
      hand.deployment = recorded;
    },
  };
  return hand;
}
