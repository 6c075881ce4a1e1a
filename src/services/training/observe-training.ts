import { SageMakerError } from '../../core/errors.ts';
import type { Actor } from '../../core/history.ts';
import { pollDelayMs, retryDelayMs } from '../../core/retry-delay.ts';
import {
  decideTraining,
  isUnwanted,
  type TrainingDecision,
  type TrainingObservation,
} from '../../core/training/decide-training.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { Logger } from '../../ports/logger.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import { finishAdopted } from '../adoption/finish-adopted.ts';
import { checkPlace } from '../check-place.ts';
import type { ServiceContext } from '../context.ts';
import { complete, type JobResult, snooze } from '../job-result.ts';
import type { Observer } from './observe-input.ts';
import { recordOutcome } from './record-outcome.ts';
import { secretsOfRun } from './secrets-of-run.ts';
import { sendStop } from './send-stop.ts';
import { turnDownAtObservation } from './turn-down.ts';

/** Another observation follows soon after one that fails, so that no worker waits for SageMaker's rate limits. */
const observationLimits: CallOptions = { maxWaitMs: 10_000, retryThrottles: false };
const minRetryMs = 1000;

/** Observes a run that SageMaker has, also one that timed out, which may have an outcome by now. */
export async function observeTraining(
  ctx: ServiceContext,
  { run, actor, failingSince, signal }: Observer & { run: TrainingRun },
): Promise<JobResult> {
  const { settings, now, random } = ctx;
  const log = ctx.log.child({ training_job_name: run.trainingJobName });
  const observation = await describe(ctx, run, { signal, ...observationLimits });
  const decision = decideTraining(run, observation, now(), settings);
  if (decision.kind === 'finish') {
    const retry = isUnwanted(run, decision.outcome) ? await turnDownAtObservation(ctx, { run, failingSince, signal }) : null;
    if (retry !== null) return retry;
    if (decision.deploy && run.foundEnded && observation.kind === 'job')
      return finishAdopted(ctx, { run, job: observation.job, decision, actor, failingSince, signal });
    const job = observation.kind === 'job' ? observation.job : null;
    await recordOutcome(ctx, { run, job, decision, trigger: actor, forced: false });
    return complete;
  }
  await recordLimit(ctx, log, run, decision);
  if (decision.problem) {
    const since = failingSince ?? now();
    const delayMs = Math.max(retryDelayMs(now() - since, random), Math.min(settings.pollIntervalMs, minRetryMs));
    log.warn(
      { event: 'training.observe_failed', reason: decision.why, next_observation_ms: delayMs },
      'training cannot be observed; retrying',
    );
    return snooze(delayMs, since);
  }
  await recordProgress(ctx, log, run, observation, actor);
  if (decision.requestStop) await sendStop(ctx, { run, options: { signal } });
  // Repeated until the training has ended: the API may have died before it wrote the tag, or SageMaker may not have taken it.
  if (run.stopRequestedAt !== null) await turnDownAtObservation(ctx, { run, failingSince, signal });
  const intervalMs = isEnding(decision.secondaryStatus) ? settings.pollIntervalMs / 4 : settings.pollIntervalMs;
  const delayMs = decision.confirmInMs ?? pollDelayMs(intervalMs, random);
  log.debug({ event: 'training.observed', reason: decision.why, next_observation_ms: delayMs }, 'training in progress');
  const isSteady = run.stopRequestedAt === null && decision.confirmInMs === null && !isEnding(decision.secondaryStatus);
  return { ...snooze(delayMs), isSteady };
}

/** The training ends soon: observing it more often costs little and saves waiting. */
const isEnding = (secondaryStatus: string | null): boolean => secondaryStatus === 'Uploading' || secondaryStatus === 'Stopping';

/** Returns what SageMaker shows of the run's training job; its errors are observations, too. */
async function describe(ctx: ServiceContext, run: TrainingRun, options: CallOptions): Promise<TrainingObservation> {
  try {
    return {
      kind: 'job',
      job: await ctx.sagemaker.describeTrainingJob(run.trainingJobName, { ...options, hide: secretsOfRun(ctx, run) }),
    };
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    const why = error.kind === 'not_found' ? await checkPlace(ctx, { run, options }) : null;
    return why === null ? { kind: 'error', error: error.kind, message: error.message } : { kind: 'elsewhere', why };
  }
}

async function recordProgress(
  { store, now }: ServiceContext,
  log: Logger,
  run: TrainingRun,
  observation: TrainingObservation,
  actor: Actor,
): Promise<void> {
  if (observation.kind !== 'job') return;
  const { trainingJobName } = run;
  const { secondaryStatus, createdAt: trainingCreatedAt } = observation.job;
  const isNews = secondaryStatus !== null && secondaryStatus !== run.secondaryStatus;
  if (!isNews && trainingCreatedAt === run.trainingCreatedAt) return;
  const recorded = await store.runs.recordSecondaryStatus({
    trainingJobName,
    secondaryStatus,
    trainingCreatedAt,
    actor,
    now: now(),
  });
  if (recorded !== null && isNews)
    log.info({ event: 'training.phase_changed', secondary_status: secondaryStatus }, `training: ${secondaryStatus}`);
}

/** Another worker that recorded a limit meanwhile is as right: nothing depends on which was first. */
async function recordLimit(
  { store, now }: ServiceContext,
  log: Logger,
  run: TrainingRun,
  { limit, why }: Extract<TrainingDecision, { kind: 'wait' }>,
): Promise<void> {
  const { trainingJobName, overdueSince, trainingSinceAt } = run;
  const isAhead = trainingSinceAt !== null && limit.since < trainingSinceAt;
  if (limit.overdueSince === overdueSince && !isAhead) return;
  const after = { overdueSince: limit.overdueSince, trainingSinceAt: isAhead ? limit.since : trainingSinceAt };
  await store.runs.recordTimeLimit({ trainingJobName, before: { overdueSince, trainingSinceAt }, after, now: now() });
  if (overdueSince !== null || limit.overdueSince === null) return;
  log.warn(
    { event: 'training.time_limit_exceeded', reason: why },
    'training time limit exceeded; waiting for a second observation',
  );
}
