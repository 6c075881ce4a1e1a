import { setTimeout as delay } from 'node:timers/promises';
import { jitteredIntervalMs, minTroubleDelayMs } from '../../core/retry-delay.ts';
import { credentialsTroubleForCaller } from '../../core/sagemaker/credentials-problem.ts';
import { type SagemakerError, ServiceError } from '../../core/errors.ts';
import { isBeingStarted, startLeaseMs, type TrainingRun } from '../../core/training/training-run.ts';
import { enqueueCheck } from '../enqueue.ts';
import { onceChanged } from '../once-changed.ts';
import { type BootstrapRequest, newRun } from './new-run.ts';
import type { Services } from '../context.ts';
import { sendStart } from './start-run.ts';
import type { RunView } from '../../ports/store.ts';

/** How long a caller waits for SageMaker's answer before the 503. */
const createWaitMs = 6000;
const lookWaitMs = 4000;
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
 * @throws {StoreUnavailable} before anything was recorded.
 */
export async function bootstrap(services: Services, request: BootstrapRequest): Promise<{ run: RunView; created: boolean }> {
  const waitUntil = services.now() + sameKeyWaitMs;
  for (;;) {
    const run = newRun(request, services);
    const inserted = await services.store.insertRun(run, services.now(), { startNow: true });
    switch (inserted.kind) {
      case 'inserted':
        return { run: await onceChanged(recordedText(inserted.run), () => start(services, inserted.run)), created: true };
      case 'name_taken':
        throw nameTaken(inserted.run);
      case 'same_key': {
        if (inserted.run.idempotencyHash !== run.idempotencyHash) {
          throw new ServiceError('idempotency_conflict', 'The Idempotency-Key was used with another body or query');
        }
        if (isBeingStarted(inserted.run, services.now()) && services.now() < waitUntil) {
          // Its outcome is this request's, too: SageMaker may refuse it yet.
          await delay(sameKeyPollMs);
          continue;
        }
        return { run: await repeated(services, inserted.run), created: false };
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
async function repeated(services: Services, run: TrainingRun): Promise<RunView> {
  if (run.status === 'requested') tellQueue(services, run, 0);
  return (await services.store.findRun(run.trainingJobName)) ?? view(run);
}

/**
 * Not waited for: the answer does not hang on the queue, which may be away. What it does not hear, a reconciler finds in the database.
 */
function tellQueue(services: Services, run: TrainingRun, delayMs: number): void {
  void enqueueCheck(services, run, delayMs);
}

async function start(services: Services, run: TrainingRun): Promise<RunView> {
  const { store, settings, random, now, log } = services;
  const name = run.trainingJobName;
  const result = await sendStart(services, run, 'api', {
    create: { maxWaitMs: createWaitMs, retryThrottles: false },
    look: { maxWaitMs: lookWaitMs },
  });
  switch (result.kind) {
    case 'started':
      tellQueue(services, run, jitteredIntervalMs(settings.pollIntervalMs, random));
      return view(result.run);
    case 'taken':
      tellQueue(services, run, 0);
      return (await store.findRun(name)) ?? view(run);
    case 'name_in_use':
      await store.withdrawRun(name, result.attemptedAt);
      throw new ServiceError('training_job_exists', result.error.message, { cause: result.error });
    case 'refused':
      if (result.error.kind === 'throttled') {
        await store.releaseStart(name, result.attemptedAt, now());
        log.info({ training_job_name: name }, 'CreateTrainingJob is throttled: a worker starts the training');
        tellQueue(services, run, Math.round(minTroubleDelayMs * (1 + random())));
        return view(run);
      }
      await store.withdrawRun(name, result.attemptedAt);
      throw refusal(result.error);
    case 'unclear': {
      if (result.error.kind === 'throttled') {
        tellQueue(services, run, minTroubleDelayMs);
        return view(run);
      }
      if (run.idempotencyKey !== null) {
        // There may be a training that costs money: whoever repeats the key gets this run, and no second training.
        log.warn(
          { err: result.error, training_job_name: name },
          'SageMaker may have started the training or not: a worker finds out and goes on',
        );
        tellQueue(services, run, startLeaseMs);
        throw unclear(
          result.error,
          `SageMaker does not say whether the training ${name} is started. The run is recorded, and a worker starts it if it is not: repeat the Idempotency-Key, which starts no other`,
        );
      }
      const detail = `answered with 503: ${result.error.message}`;
      await store.abandonStart(name, result.attemptedAt, detail, now());
      log.warn(
        { err: result.error, training_job_name: name },
        'SageMaker may have started the training or not: a worker stops it if it did',
      );
      tellQueue(services, run, startLeaseMs);
      throw unclear(
        result.error,
        `SageMaker does not say whether the training ${name} is started. If it is, a worker stops it, and it is not deployed; you may ask for another one`,
      );
    }
  }
}

/** There may be a training: whatever SageMaker's answers meant, this is no plain refusal. */
const unclear = (error: SagemakerError, what: string): ServiceError =>
  new ServiceError('sagemaker_unavailable', `${what}: ${wordsOf(error)}`, { cause: error });

const wordsOf = (error: SagemakerError): string =>
  error.kind === 'unauthenticated' ? credentialsTroubleForCaller(error.code) : error.message;

/** SageMaker refused, or was never reached: there is no training. */
function refusal(error: SagemakerError): ServiceError {
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
      retryAfterSeconds: Math.ceil(startLeaseMs / 1000),
    });
  }
  return new ServiceError('training_job_exists', `There is a training run named ${run.trainingJobName} already`);
}

/** A run that was just recorded has no deployment yet. */
const view = (run: TrainingRun): RunView => ({ ...run, deploymentStatus: 'none' });
