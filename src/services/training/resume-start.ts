import { jitteredIntervalMs, minTroubleDelayMs, troubleDelayMs } from '../../core/retry-delay.ts';
import { passesInTime } from '../../core/decide-retry.ts';
import { SagemakerError } from '../../core/errors.ts';
import type { Actor } from '../../core/history.ts';
import { refusalKind } from '../../core/deployment/endpoint-failure.ts';
import { isBeingStarted, startLeaseMs, type TrainingOutcome, type TrainingRun } from '../../core/training/training-run.ts';
import { isTroubleOver } from './confirm-end.ts';
import { again, done, type JobOutcome } from '../job-result.ts';
import type { Services } from '../context.ts';
import { findTrainingJob, startTraining, type StartResult } from './start-run.ts';

interface Context {
  actor: Actor;
  /** Since when SageMaker has refused the start for a reason that may not pass. */
  troubleSince: number | null;
  signal?: AbortSignal;
}

/**
 * Goes on with a run that was accepted and is not started yet: its request was throttled, or the process that took it died. A run
 * that is to be stopped is not started; whether it was is found out first.
 */
export async function startRequested(services: Services, run: TrainingRun, context: Context): Promise<JobOutcome> {
  const { actor, signal } = context;
  if (run.stopRequestedAt !== null) return stopRequested(services, run, context);
  const options = { signal };
  const result = await startTraining(services, run.trainingJobName, actor, {
    create: { ...options, retryThrottles: false },
    look: options,
  });
  return afterStart(services, run, result, context);
}

async function afterStart(services: Services, run: TrainingRun, result: StartResult, context: Context): Promise<JobOutcome> {
  const { actor } = context;
  const { store, settings, now, random, log } = services;
  switch (result.kind) {
    case 'started':
      return again(jitteredIntervalMs(settings.pollIntervalMs, random));
    case 'taken':
      return again(takenDelayMs);
    case 'name_in_use':
      return fail(services, run, result.error, actor);
    case 'refused':
      await store.releaseStart(run.trainingJobName, result.attemptedAt, now());
      break;
    case 'unclear':
      break;
  }
  const passes = passesInTime(result.error.kind);
  const since = passes ? Math.min(run.createdAt, now()) : (context.troubleSince ?? now());
  const waitedMs = now() - since;
  // Where there may be a training job, only SageMaker's word that there is none ends the run.
  if (result.kind === 'refused' && (await isTroubleOver(services, run, result.error, waitedMs))) {
    return fail(services, run, result.error, actor);
  }
  const delayMs = Math.max(troubleDelayMs(waitedMs, random), result.kind === 'unclear' ? minTroubleDelayMs : 0);
  log.warn(
    { training_job_name: run.trainingJobName, reason: result.error.message, next_look_ms: delayMs },
    'the training could not be started yet',
  );
  return again(delayMs, passes ? null : since);
}

/** Long enough for another start to get its answer, short beside a training. */
const takenDelayMs = 1000;

async function stopRequested(services: Services, run: TrainingRun, { actor, signal }: Context): Promise<JobOutcome> {
  const { store, now, random, log } = services;
  if (run.startAttemptedAt === null) return stopped(services, run, actor);
  // A request that was about to be sent may still arrive.
  if (isBeingStarted(run, now())) return again(Math.min(run.startAttemptedAt + startLeaseMs - now(), startLeaseMs));
  try {
    const found = await findTrainingJob(services, run, { signal });
    if (found.kind === 'own') {
      await store.markTraining(run.trainingJobName, found.job.arn, actor, 'found to be started, and to be stopped', now());
      return again(0);
    }
    if (found.kind === 'untagged') return again(minTroubleDelayMs);
  } catch (error) {
    if (!(error instanceof SagemakerError)) throw error;
    log.warn(
      { err: error, training_job_name: run.trainingJobName },
      'whether the training was started could not be found out yet',
    );
    return again(troubleDelayMs(now() - run.startAttemptedAt, random));
  }
  if (run.abandonedAt !== null) {
    await store.withdrawRun(run.trainingJobName, run.startAttemptedAt);
    log.info({ training_job_name: run.trainingJobName }, 'the abandoned start left no training: the run is withdrawn');
    return done;
  }
  return stopped(services, run, actor);
}

const stopped = (services: Services, run: TrainingRun, actor: Actor): Promise<JobOutcome> =>
  finish(
    services,
    run,
    { status: 'stopped', failureReason: 'stopped before the training was started', failureKind: null },
    actor,
  );

const fail = (services: Services, run: TrainingRun, { kind, message }: SagemakerError, actor: Actor): Promise<JobOutcome> =>
  finish(services, run, { status: 'failed', failureReason: message, failureKind: refusalKind(kind, message) }, actor);

async function finish(
  { store, now, log }: Services,
  run: TrainingRun,
  { status, failureReason, failureKind }: Pick<TrainingOutcome, 'status' | 'failureReason' | 'failureKind'>,
  actor: Actor,
): Promise<JobOutcome> {
  const outcome: TrainingOutcome = {
    status,
    failureReason,
    failureKind,
    secondaryStatus: null,
    modelArtifact: null,
    metrics: null,
    trainingEndedAt: null,
    trainingCreatedAt: null,
  };
  const finished = await store.finishRun(run.trainingJobName, outcome, null, actor, now());
  if (finished !== null)
    log.info({ training_job_name: run.trainingJobName, status, failure_reason: failureReason }, `training ${status}`);
  return done;
}
