import { StoreUnavailableError } from '../../core/errors.ts';
import type { Actor } from '../../core/history.ts';
import type { StartDecision } from '../../core/training/decide-start.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ServiceContext } from '../context.ts';
import { recordOverdue } from './record-overdue.ts';

interface ApplyStartInput {
  run: TrainingRun;
  decision: StartDecision;
  actor: Actor;
}

/**
 * Carries out a decision about the start of a run. Returns the run as the decision leaves it; null when another process changed it
 * first, or when the decision was to leave it to one.
 */
export async function applyStart(ctx: ServiceContext, { run, decision, actor }: ApplyStartInput): Promise<TrainingRun | null> {
  const { store, now } = ctx;
  const { trainingJobName } = run;
  const startAttemptedAt = run.startAttemptedAt ?? 0;
  const log = ctx.log.child({ training_job_name: trainingJobName });
  switch (decision.kind) {
    case 'mark_started':
      return markStarted(ctx, log, run, decision, actor);
    case 'leave':
      if (decision.error !== null)
        log.warn(
          { event: 'training.start_not_observed', err: decision.error },
          'training start cannot be resolved yet; retrying',
        );
      return null;
    case 'retry': {
      const { refusedSince } = decision;
      if (decision.releaseLease)
        await store.runs.releaseStartLease({ trainingJobName, startAttemptedAt, refusedSince, now: now() });
      await recordOverdue(ctx, { run, overdueSince: decision.overdueSince });
      logRetry(log, decision, actor);
      return run;
    }
    case 'discard':
      if (!(await store.runs.discard({ trainingJobName, startAttemptedAt }))) return null;
      if (run.abandonedAt !== null) log.info({ event: 'training.discarded' }, 'abandoned run discarded');
      return run;
    case 'keep':
      log.warn(
        { event: 'training.start_indeterminate', err: decision.error },
        'training start is indeterminate; a worker will resolve it',
      );
      return run;
    case 'abandon': {
      const detail = `the request was refused with 503: ${decision.error.message}`;
      const abandoned = await store.runs.abandon({ trainingJobName, startAttemptedAt, detail, now: now() });
      if (abandoned === null) return null;
      log.warn(
        { event: 'training.start_indeterminate', err: decision.error },
        'training start is indeterminate; a worker will resolve it',
      );
      return abandoned;
    }
    case 'cancel': {
      const { error, failureReason, failureKind } = decision;
      const canceled = await store.runs.cancelStart({
        trainingJobName,
        startAttemptedAt,
        failureReason,
        failureKind,
        actor,
        now: now(),
      });
      if (canceled === null) return null;
      log.warn(
        { event: 'training.start_canceled', err: error },
        'training start canceled; a worker stops the training if there is one',
      );
      return canceled;
    }
    case 'finish': {
      const { outcome } = decision;
      const own = { trainingJobName, startAttemptedAt: run.startAttemptedAt };
      const finished = await store.runs.finish({ ...own, outcome, deployment: null, actor, now: now() });
      if (finished === null) return null;
      const { status, failureReason } = outcome;
      log.info({ event: 'training.finished', status, failure_reason: failureReason }, `training ${status}`);
      return finished.run;
    }
  }
}

/** The training runs, whatever happens to the database: without the record the run stays `requested`, and its next check finds the job. */
async function markStarted(
  { store, now }: ServiceContext,
  log: Logger,
  run: TrainingRun,
  { arn, detail }: Extract<StartDecision, { kind: 'mark_started' }>,
  actor: Actor,
): Promise<TrainingRun | null> {
  const { trainingJobName } = run;
  try {
    const started = await store.runs.markStarted({ trainingJobName, trainingJobArn: arn, actor, detail, now: now() });
    if (started !== null) log.info({ event: 'training.started', training_job_arn: arn, detail }, 'training started');
    return started;
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    log.error({ event: 'training.start_not_recorded', err: error }, 'training started but not recorded; a worker will record it');
    return run;
  }
}

function logRetry(log: Logger, { error, checkInMs }: Extract<StartDecision, { kind: 'retry' }>, actor: Actor): void {
  if (actor === 'api') {
    log.info({ event: 'training.start_throttled' }, 'CreateTrainingJob throttled; a worker will start this run');
    return;
  }
  log.warn(
    { event: 'training.start_failed', reason: error.message, next_observation_ms: checkInMs },
    'training start failed; retrying',
  );
}
