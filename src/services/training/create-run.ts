import { setTimeout as delay } from 'node:timers/promises';
import { InvalidRequestError, ServiceError } from '../../core/errors.ts';
import { startTiming } from '../../core/timing.ts';
import { decideStart, type StartAttempt } from '../../core/training/decide-start.ts';
import { isBeingStarted, type TrainingRun } from '../../core/training/training-run.ts';
import type { NewRun, RunView } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';
import { enqueueCheck } from '../enqueue.ts';
import { onceChanged } from '../once-changed.ts';
import { applyStart } from './apply-start.ts';
import { type BootstrapRequest, newRun, requestDigest } from './new-run.ts';
import { startRun } from './start-run.ts';

const sameKeyPollMs = 50;

/**
 * Records a run and starts its training. Returns the run once SageMaker has the training job or has throttled the request, or at once while
 * others wait for their start: then the run stays `requested`, and a worker starts it. `created` is false for the run of an earlier request with the same idempotency key.
 *
 * @throws {ServiceError} `idempotency_conflict`, `training_job_exists`; and, with nothing recorded or left running,
 *   `sagemaker_rejected`, `quota_exceeded`, `sagemaker_unavailable`. The last one also when SageMaker does not say whether it started the
 *   training: the run of a request with an idempotency key stays, for its repetition and for the workers; one without a key is stopped.
 *   `database_unavailable` when the database fails after the run was recorded.
 * @throws {StoreUnavailableError} before anything was recorded.
 */
export async function createRun(ctx: ServiceContext, request: BootstrapRequest): Promise<{ run: RunView; created: boolean }> {
  const waitUntil = ctx.now() + startTiming.sameKeyWaitMs;
  for (;;) {
    const run = await newRunOrRepeated(ctx, request);
    if ('seq' in run) return { run: await repeated(ctx, run), created: false };
    const startNow = ctx.sagemaker.mayStartTraining();
    const inserted = await ctx.store.runs.insert({ run, now: ctx.now(), startNow });
    switch (inserted.kind) {
      case 'inserted': {
        const begin = startNow ? start : leaveToWorkers;
        return { run: await onceChanged(recordedText(inserted.run), () => begin(ctx, inserted.run)), created: true };
      }
      case 'name_taken':
        throw nameTaken(inserted.run);
      case 'same_key': {
        if (inserted.run.idempotencyHash !== run.idempotencyHash)
          throw new ServiceError('idempotency_conflict', 'The Idempotency-Key was used with another body or query');
        if (isBeingStarted(inserted.run, ctx.now()) && ctx.now() < waitUntil) {
          // SageMaker may still reject the start, which is the outcome of this request, too.
          await delay(sameKeyPollMs);
          continue;
        }
        return { run: await repeated(ctx, inserted.run), created: false };
      }
    }
  }
}

/**
 * The new run of a request; or the one of an earlier request with the same key and body, where the settings or the delivery file have
 * changed since so that the request is not valid any more.
 *
 * @throws {InvalidRequestError}
 */
async function newRunOrRepeated(ctx: ServiceContext, request: BootstrapRequest): Promise<NewRun | TrainingRun> {
  try {
    return newRun(ctx, request);
  } catch (error) {
    if (!(error instanceof InvalidRequestError) || request.idempotencyKey === null) throw error;
    const earlier = await ctx.store.runs.findByIdempotencyKey(request.idempotencyKey);
    if (earlier === null || earlier.idempotencyHash !== requestDigest(request)) throw error;
    return earlier;
  }
}

async function start(ctx: ServiceContext, run: TrainingRun): Promise<RunView> {
  const { settings, random, now } = ctx;
  const observation = await startRun(ctx, {
    run,
    create: { maxWaitMs: startTiming.createInRequestMs, retryThrottles: false, turn: { kind: 'spare', longestWaitMs: 0 } },
    search: { maxWaitMs: startTiming.searchInRequestMs },
    searchDelaysMs: startTiming.searchDelaysMs,
  });
  const attempt: StartAttempt = { caller: 'request', now: now(), limits: settings, random };
  const decision = decideStart(run, observation, attempt);
  const after = await applyStart(ctx, { run, decision, actor: 'api' });
  const checkInMs = after === null ? 0 : decision.checkInMs;
  // SageMaker has just said what a description would.
  const describedAt = observation.kind === 'started' && after !== null ? run.createdAt : undefined;
  if (checkInMs !== null) enqueueCheckInBackground(ctx, run, checkInMs, describedAt);
  // The refusal says what becomes of the run. It is true only of a run that the decision changed.
  const current = after === null ? await ctx.store.runs.find(run.trainingJobName) : view(after);
  const refusal = 'refusal' in decision ? decision.refusal : null;
  if (refusal !== null && (after !== null || current === null)) {
    const cause = 'error' in observation ? observation.error : undefined;
    throw new ServiceError(refusal.code, refusal.message, { cause });
  }
  return current ?? view(run);
}

/** Others wait for their start, and SageMaker throttles: they come first (start-waiting.ts). */
function leaveToWorkers(ctx: ServiceContext, run: TrainingRun): Promise<RunView> {
  const fields = { event: 'training.start_held_back', training_job_name: run.trainingJobName };
  ctx.log.info(fields, 'CreateTrainingJob is throttled; a worker will start this run');
  enqueueCheckInBackground(ctx, run, Math.round(startTiming.waitingRecheckMs * (1 - ctx.random() / 2)));
  return Promise.resolve(view(run));
}

/** The process that received the first request may have died before it started the training. */
async function repeated(ctx: ServiceContext, run: TrainingRun): Promise<RunView> {
  if (run.status === 'requested') enqueueCheckInBackground(ctx, run, 0);
  return findView(ctx, run);
}

/** The response does not wait for the queue, which may be unavailable: then the reconciler finds the run in the database. */
function enqueueCheckInBackground(ctx: ServiceContext, run: TrainingRun, delayMs: number, describedAt?: number): void {
  void enqueueCheck(ctx, { run, delayMs, describedAt });
}

const findView = async ({ store }: ServiceContext, run: TrainingRun): Promise<RunView> =>
  (await store.runs.find(run.trainingJobName)) ?? view(run);

/** A run that was just recorded has no deployment yet. */
const view = (run: TrainingRun): RunView => ({ ...run, deploymentStatus: 'none' });

/** What the caller receives of a recorded run when the database fails afterwards. */
const recordedText = ({ trainingJobName, idempotencyKey }: TrainingRun): string =>
  `The run ${trainingJobName} is recorded: its training may have been started, or a worker starts it. ${
    idempotencyKey === null
      ? 'Look at it before you request another one'
      : 'Repeat the Idempotency-Key: it starts no second training'
  }`;

/** An abandoned start keeps its name until a worker knows whether there is a training job. */
function nameTaken({ trainingJobName, status, abandonedAt }: TrainingRun): ServiceError {
  if (status !== 'requested' || abandonedAt === null)
    return new ServiceError('training_job_exists', `There is a training run named ${trainingJobName} already`);
  return new ServiceError('sagemaker_unavailable', `An earlier request for ${trainingJobName} is being cleaned up`, {
    retryAfterSeconds: Math.ceil(startTiming.leaseMs / 1000),
  });
}
