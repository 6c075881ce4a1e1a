import { setTimeout as delay } from 'node:timers/promises';
import { pollDelayMs, minRetryDelayMs } from '../../core/retry-delay.ts';
import { credentialsProblemForCaller } from '../../core/sagemaker/credentials-problem.ts';
import { type SageMakerError, ServiceError } from '../../core/errors.ts';
import { startTiming } from '../../core/timing.ts';
import { isBeingStarted, type TrainingRun } from '../../core/training/training-run.ts';
import { enqueueCheck } from '../enqueue.ts';
import { onceChanged } from '../once-changed.ts';
import { type BootstrapRequest, newRun } from './new-run.ts';
import type { ServiceContext } from '../context.ts';
import { createTrainingJob } from './start-run.ts';
import type { RunView } from '../../ports/store.ts';

/** How long a caller waits for SageMaker's answer before the 503. */
const createWaitMs = 6000;
const observationWaitMs = 4000;
/** How long a second request of the same key waits for the first one's answer. */
const sameKeyWaitMs = 3000;
const sameKeyPollMs = 50;

/**
 * Records a run and starts its training. Answers with the run once SageMaker has the training job, or has refused it for now only
 * (throttled): then the run stays `requested` and a worker starts it. `created` is false for the run of an earlier request with the
 * same idempotency key.
 *
 * @throws {ServiceError} `idempotency_conflict`, `training_job_exists`; and, with nothing recorded or left running,
 *   `sagemaker_rejected`, `quota_exceeded`, `sagemaker_unavailable`. When SageMaker does not say whether it started the training, that
 *   is said: the run of a request with an idempotency key stays, for its repetition and for the workers; one without a key is stopped.
 *   `database_unavailable` when the database is gone after the run was recorded.
 * @throws {StoreUnavailableError} before anything was recorded.
 */
export async function createTrainingRun(
  ctx: ServiceContext,
  request: BootstrapRequest,
): Promise<{ run: RunView; created: boolean }> {
  const waitUntil = ctx.now() + sameKeyWaitMs;
  for (;;) {
    const run = newRun(request, ctx);
    const inserted = await ctx.store.runs.insert({ run, now: ctx.now(), startNow: true });
    switch (inserted.kind) {
      case 'inserted':
        return { run: await onceChanged(recordedText(inserted.run), () => start(ctx, inserted.run)), created: true };
      case 'name_taken':
        throw nameTaken(inserted.run);
      case 'same_key': {
        if (inserted.run.idempotencyHash !== run.idempotencyHash) {
          throw new ServiceError('idempotency_conflict', 'The Idempotency-Key was used with another body or query');
        }
        if (isBeingStarted(inserted.run, ctx.now()) && ctx.now() < waitUntil) {
          // Its outcome is this request's, too: SageMaker may refuse it yet.
          await delay(sameKeyPollMs);
          continue;
        }
        return { run: await repeated(ctx, inserted.run), created: false };
      }
    }
  }
}

/** What a caller has to know of a run that is recorded, when nothing more can be found out. */
const recordedText = ({ trainingJobName: name, idempotencyKey }: TrainingRun): string =>
  idempotencyKey === null
    ? `The run ${name} is recorded: its training may have been started, or a worker starts it. Look at it before you ask for another one`
    : `The run ${name} is recorded: its training may have been started, or a worker starts it. Repeat the Idempotency-Key: it starts no other`;

/** The process of the first request may have died before it started the training. */
async function repeated(ctx: ServiceContext, run: TrainingRun): Promise<RunView> {
  if (run.status === 'requested') enqueueCheckInBackground(ctx, run, 0);
  return (await ctx.store.runs.find(run.trainingJobName)) ?? view(run);
}

/**
 * Not waited for: the answer does not hang on the queue, which may be away. What it does not hear, a reconciler finds in the database.
 */
function enqueueCheckInBackground(ctx: ServiceContext, run: TrainingRun, delayMs: number): void {
  void enqueueCheck(ctx, run, delayMs);
}

async function start(ctx: ServiceContext, run: TrainingRun): Promise<RunView> {
  const { store, settings, random, now, log } = ctx;
  const name = run.trainingJobName;
  const result = await createTrainingJob(ctx, run, 'api', {
    create: { maxWaitMs: createWaitMs, retryThrottles: false },
    observe: { maxWaitMs: observationWaitMs },
  });
  switch (result.kind) {
    case 'started':
      enqueueCheckInBackground(ctx, run, pollDelayMs(settings.pollIntervalMs, random));
      return view(result.run);
    case 'taken':
      enqueueCheckInBackground(ctx, run, 0);
      return (await store.runs.find(name)) ?? view(run);
    case 'name_in_use':
      await store.runs.discard({ trainingJobName: name, startAttemptedAt: result.attemptedAt });
      throw new ServiceError('training_job_exists', result.error.message, { cause: result.error });
    case 'refused':
      if (result.error.kind === 'throttled') {
        await store.runs.releaseStartLease({ trainingJobName: name, startAttemptedAt: result.attemptedAt, now: now() });
        log.info({ training_job_name: name }, 'CreateTrainingJob is throttled: a worker starts the training');
        enqueueCheckInBackground(ctx, run, Math.round(minRetryDelayMs * (1 + random())));
        return view(run);
      }
      await store.runs.discard({ trainingJobName: name, startAttemptedAt: result.attemptedAt });
      throw refusal(result.error);
    case 'unclear': {
      if (result.error.kind === 'throttled') {
        enqueueCheckInBackground(ctx, run, minRetryDelayMs);
        return view(run);
      }
      if (run.idempotencyKey !== null) {
        // There may be a training that costs money: whoever repeats the key gets this run, and no second training.
        log.warn(
          { err: result.error, training_job_name: name },
          'SageMaker may have started the training or not: a worker finds out and goes on',
        );
        enqueueCheckInBackground(ctx, run, startTiming.leaseMs);
        throw indeterminate(
          result.error,
          `SageMaker does not say whether the training ${name} is started. The run is recorded, and a worker starts it if it is not: repeat the Idempotency-Key, which starts no other`,
        );
      }
      const detail = `answered with 503: ${result.error.message}`;
      await store.runs.abandon({ trainingJobName: name, startAttemptedAt: result.attemptedAt, detail, now: now() });
      log.warn(
        { err: result.error, training_job_name: name },
        'SageMaker may have started the training or not: a worker stops it if it did',
      );
      enqueueCheckInBackground(ctx, run, startTiming.leaseMs);
      throw indeterminate(
        result.error,
        `SageMaker does not say whether the training ${name} is started. If it is, a worker stops it, and it is not deployed; you may ask for another one`,
      );
    }
  }
}

/** There may be a training: whatever SageMaker's answers meant, this is no plain refusal. */
const indeterminate = (error: SageMakerError, what: string): ServiceError =>
  new ServiceError('sagemaker_unavailable', `${what}: ${wordsOf(error)}`, { cause: error });

const wordsOf = (error: SageMakerError): string =>
  error.kind === 'unauthenticated' ? credentialsProblemForCaller(error.code) : error.message;

/** SageMaker refused, or was never reached: there is no training. */
function refusal(error: SageMakerError): ServiceError {
  const options = { cause: error };
  switch (error.kind) {
    case 'quota':
      return new ServiceError('quota_exceeded', error.message, options);
    case 'throttled':
    case 'unavailable':
    case 'busy':
      return new ServiceError('sagemaker_unavailable', `SageMaker is away; nothing was started: ${wordsOf(error)}`, options);
    case 'unauthenticated':
      return new ServiceError('sagemaker_unavailable', `Nothing was started: ${wordsOf(error)}`, options);
    case 'already_exists':
      return new ServiceError('training_job_exists', error.message, options);
    case 'not_found':
    case 'access_denied':
    case 'invalid':
    case 'unknown':
      return new ServiceError('sagemaker_rejected', error.message, options);
  }
}

/** An abandoned start keeps its name until a worker knows whether there is a training job. */
function nameTaken(run: TrainingRun): ServiceError {
  if (run.status === 'requested' && run.abandonedAt !== null) {
    return new ServiceError('sagemaker_unavailable', `An earlier request for ${run.trainingJobName} is being cleared up`, {
      retryAfterSeconds: Math.ceil(startTiming.leaseMs / 1000),
    });
  }
  return new ServiceError('training_job_exists', `There is a training run named ${run.trainingJobName} already`);
}

/** A run that was just recorded has no deployment yet. */
const view = (run: TrainingRun): RunView => ({ ...run, deploymentStatus: 'none' });
