import { pollDelayMs, minRetryDelayMs, retryDelayMs } from '../../core/retry-delay.ts';
import { isTransient } from '../../core/decide-retry.ts';
import { SageMakerError } from '../../core/errors.ts';
import type { Actor } from '../../core/history.ts';
import { refusalKind } from '../../core/deployment/endpoint-failure.ts';
import { startTiming } from '../../core/timing.ts';
import { isBeingStarted, type TrainingOutcome, type TrainingRun } from '../../core/training/training-run.ts';
import { isRetryBudgetSpent } from './confirm-end.ts';
import { snooze, complete, type JobResult } from '../job-result.ts';
import type { ServiceContext } from '../context.ts';
import { findTrainingJob, startRun, type StartResult } from './start-run.ts';

interface Context {
  actor: Actor;
  /** Since when SageMaker has refused the start for a reason that may not pass. */
  failingSince: number | null;
  signal?: AbortSignal;
}

/**
 * Goes on with a run that was accepted and is not started yet: its request was throttled, or the process that took it died. A run
 * that is to be stopped is not started; whether it was is found out first.
 */
export async function resumeStart(ctx: ServiceContext, run: TrainingRun, context: Context): Promise<JobResult> {
  const { actor, signal } = context;
  if (run.stopRequestedAt !== null) return stopRequested(ctx, run, context);
  const options = { signal };
  const result = await startRun(ctx, run.trainingJobName, actor, {
    create: { ...options, retryThrottles: false },
    observe: options,
  });
  return afterStart(ctx, run, result, context);
}

async function afterStart(ctx: ServiceContext, run: TrainingRun, result: StartResult, context: Context): Promise<JobResult> {
  const { actor } = context;
  const { store, settings, now, random, log } = ctx;
  switch (result.kind) {
    case 'started':
      return snooze(pollDelayMs(settings.pollIntervalMs, random));
    case 'taken':
      return snooze(takenDelayMs);
    case 'name_in_use':
      return fail(ctx, run, result.error, actor);
    case 'refused':
      await store.runs.releaseStartLease({
        trainingJobName: run.trainingJobName,
        startAttemptedAt: result.attemptedAt,
        now: now(),
      });
      break;
    case 'unclear':
      break;
  }
  const passes = isTransient(result.error.kind);
  const since = passes ? Math.min(run.createdAt, now()) : (context.failingSince ?? now());
  const waitedMs = now() - since;
  // Where there may be a training job, only SageMaker's word that there is none ends the run.
  if (result.kind === 'refused' && (await isRetryBudgetSpent(ctx, run, result.error, waitedMs))) {
    return fail(ctx, run, result.error, actor);
  }
  const delayMs = Math.max(retryDelayMs(waitedMs, random), result.kind === 'unclear' ? minRetryDelayMs : 0);
  log.warn(
    { training_job_name: run.trainingJobName, reason: result.error.message, next_observation_ms: delayMs },
    'the training could not be started yet',
  );
  return snooze(delayMs, passes ? null : since);
}

/** Long enough for another start to get its answer, short beside a training. */
const takenDelayMs = 1000;

async function stopRequested(ctx: ServiceContext, run: TrainingRun, { actor, signal }: Context): Promise<JobResult> {
  const { store, now, random, log } = ctx;
  if (run.startAttemptedAt === null) return stopped(ctx, run, actor);
  // A request that was about to be sent may still arrive.
  if (isBeingStarted(run, now()))
    return snooze(Math.min(run.startAttemptedAt + startTiming.leaseMs - now(), startTiming.leaseMs));
  try {
    const found = await findTrainingJob(ctx, run, { signal });
    if (found.kind === 'own') {
      await store.runs.markStarted({
        trainingJobName: run.trainingJobName,
        trainingJobArn: found.job.arn,
        actor,
        detail: 'found to be started, and to be stopped',
        now: now(),
      });
      return snooze(0);
    }
    if (found.kind === 'untagged') return snooze(minRetryDelayMs);
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    log.warn(
      { err: error, training_job_name: run.trainingJobName },
      'whether the training was started could not be found out yet',
    );
    return snooze(retryDelayMs(now() - run.startAttemptedAt, random));
  }
  if (run.abandonedAt !== null) {
    await store.runs.discard({ trainingJobName: run.trainingJobName, startAttemptedAt: run.startAttemptedAt });
    log.info({ training_job_name: run.trainingJobName }, 'the abandoned start left no training: the run is withdrawn');
    return complete;
  }
  return stopped(ctx, run, actor);
}

const stopped = (ctx: ServiceContext, run: TrainingRun, actor: Actor): Promise<JobResult> =>
  finish(ctx, run, { status: 'stopped', failureReason: 'stopped before the training was started', failureKind: null }, actor);

const fail = (ctx: ServiceContext, run: TrainingRun, { kind, message }: SageMakerError, actor: Actor): Promise<JobResult> =>
  finish(ctx, run, { status: 'failed', failureReason: message, failureKind: refusalKind(kind, message) }, actor);

async function finish(
  { store, now, log }: ServiceContext,
  run: TrainingRun,
  { status, failureReason, failureKind }: Pick<TrainingOutcome, 'status' | 'failureReason' | 'failureKind'>,
  actor: Actor,
): Promise<JobResult> {
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
  const finished = await store.runs.finish({
    trainingJobName: run.trainingJobName,
    outcome,
    deployment: null,
    actor,
    now: now(),
  });
  if (finished !== null)
    log.info({ training_job_name: run.trainingJobName, status, failure_reason: failureReason }, `training ${status}`);
  return complete;
}
