import { pollDelayMs, retryDelayMs } from '../../core/retry-delay.ts';
import {
  decideTraining,
  isUnwanted,
  type TrainingDecision,
  type TrainingObservation,
} from '../../core/training/decide-training.ts';
import { SageMakerError } from '../../core/errors.ts';
import type { Actor } from '../../core/history.ts';
import { isFinishedRun, type TrainingRun } from '../../core/training/training-run.ts';
import { finishAdopted } from '../adoption/finish-adopted.ts';
import { resumeStart } from './resume-start.ts';
import { recordTrainingOutcome } from './record-outcome.ts';
import { turnDownAtObservation } from './turn-down.ts';
import { whyNotHere } from '../check-place.ts';
import { snooze, complete, type JobResult } from '../job-result.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import type { ObserveContext } from './observe-context.ts';

/**
 * Looks at a run once and does what follows: starts it when it is still to be started, notes its phase, records its outcome and,
 * when it completed and was asked to, queues its deployment. Safe to repeat and to run many times at once: every change is a
 * compare-and-set, and only one wins (ARCHITECTURE.md#principles).
 *
 * @throws {StoreUnavailableError} and {ClaimLostError}; SageMaker's errors become a later look.
 */
export async function observeTraining(ctx: ServiceContext, trainingJobName: string, context: ObserveContext): Promise<JobResult> {
  const run = await ctx.store.runs.find(trainingJobName);
  if (run === null || isFinishedRun(run.status)) return complete;
  if (run.status === 'requested') return resumeStart(ctx, { run, ...context });
  return observeRun(ctx, run, context);
}

/** The look itself, at a run that SageMaker has; also at one that has timed out, which may have an outcome by now. */
export async function observeRun(
  ctx: ServiceContext,
  run: TrainingRun,
  { actor, failingSince, signal }: ObserveContext,
): Promise<JobResult> {
  const { settings, now, random, log } = ctx;
  const observation = await describe(ctx, run, { signal, ...observationLimits });
  const decision = decideTraining(run, observation, now(), settings);
  const fields = { training_job_name: run.trainingJobName };
  if (decision.kind === 'finish') {
    const later = isUnwanted(run, decision.outcome) ? await turnDownAtObservation(ctx, run, { failingSince, signal }) : null;
    if (later !== null) return later;
    if (decision.deploy && run.foundEnded && observation.kind === 'job') {
      return finishAdopted(ctx, run, observation.job, decision, { actor, failingSince, signal });
    }
    await recordTrainingOutcome(ctx, run, decision, { trigger: actor, forced: false });
    return complete;
  }
  await noteLimit(ctx, run, decision);
  if (decision.problem) {
    const since = failingSince ?? now();
    const delayMs = Math.max(retryDelayMs(now() - since, random), Math.min(settings.pollIntervalMs, minRetryBudgetMs));
    log.warn(
      { ...fields, reason: decision.why, next_observation_ms: delayMs },
      'the training could not be looked at; looking again',
    );
    return snooze(delayMs, since);
  }
  await noteProgress(ctx, run, observation, actor);
  if (decision.requestStop) await requestStop(ctx, run, { signal });
  // At each look until it is over: the API may have died before it, or SageMaker not taken it.
  if (run.stopRequestedAt !== null) await turnDownAtObservation(ctx, run, { failingSince, signal });
  const delayMs = decision.confirmInMs ?? pollDelayMs(intervalFor(decision.secondaryStatus, settings.pollIntervalMs), random);
  log.debug({ ...fields, reason: decision.why, next_observation_ms: delayMs }, 'the training goes on');
  return snooze(delayMs);
}

const minRetryBudgetMs = 1000;

/** A look that fails is followed by another one soon: it need not hold a worker. */
const observationLimits: CallOptions = { maxWaitMs: 10_000, retryThrottles: false };

/** The end is near in these phases: looking more often costs little and saves waiting. */
const endingPhases = ['Uploading', 'Stopping'];
const intervalFor = (secondaryStatus: string | null, pollIntervalMs: number): number =>
  secondaryStatus !== null && endingPhases.includes(secondaryStatus) ? pollIntervalMs / 4 : pollIntervalMs;

/** What SageMaker says of the run's training job; its errors are observations, too. */
export async function describe(ctx: ServiceContext, run: TrainingRun, options: CallOptions): Promise<TrainingObservation> {
  try {
    return { kind: 'job', job: await ctx.sagemaker.describeTrainingJob(run.trainingJobName, options) };
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    const why = error.kind === 'not_found' ? await whyNotHere(ctx, run, options) : null;
    return why === null ? { kind: 'error', error: error.kind, message: error.message } : { kind: 'elsewhere', why };
  }
}

async function noteProgress(
  { store, now, log }: ServiceContext,
  run: TrainingRun,
  observation: TrainingObservation,
  actor: Actor,
): Promise<void> {
  if (observation.kind !== 'job') return;
  const { secondaryStatus, createdAt: trainingCreatedAt } = observation.job;
  const isNews = secondaryStatus !== null && secondaryStatus !== run.secondaryStatus;
  if (!isNews && trainingCreatedAt === run.trainingCreatedAt) return;
  const noted = await store.runs.recordSecondaryStatus({
    trainingJobName: run.trainingJobName,
    secondaryStatus,
    trainingCreatedAt,
    actor,
    now: now(),
  });
  if (noted !== null && isNews)
    log.info({ training_job_name: run.trainingJobName, secondary_status: secondaryStatus }, `training: ${secondaryStatus}`);
}

/** Somebody else who has noted it meanwhile is as right: nothing hangs on who was first. */
async function noteLimit(
  { store, now, log }: ServiceContext,
  run: TrainingRun,
  { limit, why }: Extract<TrainingDecision, { kind: 'wait' }>,
): Promise<void> {
  const { overdueSince, trainingSinceAt } = run;
  const isAhead = trainingSinceAt !== null && limit.since < trainingSinceAt;
  if (limit.overdueSince === overdueSince && !isAhead) return;
  const after = { overdueSince: limit.overdueSince, trainingSinceAt: isAhead ? limit.since : trainingSinceAt };
  await store.runs.recordTimeLimit({
    trainingJobName: run.trainingJobName,
    before: { overdueSince, trainingSinceAt },
    after,
    now: now(),
  });
  if (overdueSince === null && limit.overdueSince !== null) {
    log.warn(
      { training_job_name: run.trainingJobName, reason: why },
      'a time limit of the training is over: another look has to agree',
    );
  }
}

/** Until SageMaker shows Stopping, each look asks again: the first request may have been lost. */
export async function requestStop(
  { sagemaker, log }: ServiceContext,
  run: TrainingRun,
  options: CallOptions,
): Promise<SageMakerError | null> {
  try {
    await sagemaker.stopTrainingJob(run.trainingJobName, options);
    log.info({ training_job_name: run.trainingJobName }, 'SageMaker was asked to stop the training');
    return null;
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    // Also when it ended in this very moment: the next look sees how.
    log.warn({ err: error, training_job_name: run.trainingJobName }, 'the training could not be stopped yet');
    return error;
  }
}
