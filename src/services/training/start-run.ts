import { setTimeout as delay } from 'node:timers/promises';
import { SageMakerError, StoreUnavailableError } from '../../core/errors.ts';
import type { Actor } from '../../core/history.ts';
import { hasPassed } from '../../core/instants.ts';
import { trainingJobTags, tagKeys } from '../../core/sagemaker/tags.ts';
import type { TrainingJob, TrainingRequest, TrainingRun } from '../../core/training/training-run.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

/** Limits for CreateTrainingJob, and for looking whether there is a job already. */
export interface StartCalls {
  create: CallOptions;
  observe: CallOptions;
}

export type StartResult =
  /** SageMaker has the training job. */
  | { kind: 'started'; run: TrainingRun }
  /** Somebody else is starting the run, has started it, or it is to be stopped. */
  | { kind: 'taken' }
  /** SageMaker refused, or was never reached: there is no training job. */
  | { kind: 'refused'; error: SageMakerError; attemptedAt: number }
  /** The training job's name is in use by one that is not this run's. */
  | { kind: 'name_in_use'; error: SageMakerError; attemptedAt: number }
  /** There may be a training job, and SageMaker does not say. */
  | { kind: 'unclear'; error: SageMakerError; attemptedAt: number };

/**
 * Starts the training of a run that is `requested`: once, whoever tries, because the training job's name is the key
 * (ARCHITECTURE.md#principles) and "already exists" is adopted only when the job is this run's.
 *
 * A crash before CreateTrainingJob: the start lease runs out, and a check or the reconciler starts the run. A crash after it: the
 * same try is answered with "already exists", and the job's run-id tag says that it is ours.
 */
export async function startRun(ctx: ServiceContext, name: string, actor: Actor, calls: StartCalls): Promise<StartResult> {
  const run = await ctx.store.runs.acquireStartLease({ trainingJobName: name, now: ctx.now() });
  return run === null ? { kind: 'taken' } : createTrainingJob(ctx, run, actor, calls);
}

/** The same for a run whose start this process has claimed already: it has just recorded it. */
export async function createTrainingJob(
  ctx: ServiceContext,
  run: TrainingRun,
  actor: Actor,
  calls: StartCalls,
): Promise<StartResult> {
  const { trainingJobName: name, startAttemptedAt: attemptedAt } = run;
  if (run.request === null || attemptedAt === null) return { kind: 'taken' };
  try {
    const { arn } = await create(ctx, run, run.request, {
      ...calls.create,
      guard: () => requireOurStart(ctx, name, attemptedAt),
    });
    return await markStarted(ctx, run, arn, actor, 'started');
  } catch (error) {
    if (error instanceof StartLeaseLostError) return { kind: 'taken' };
    if (!(error instanceof SageMakerError)) throw error;
    if (error.kind !== 'already_exists' && error.effect === 'none') return { kind: 'refused', error, attemptedAt };
    return adopt(ctx, run, error, attemptedAt, actor, calls.observe);
  }
}

class StartLeaseLostError extends Error {}

const freshClaimMs = 1000;

/**
 * Keeps a process that was paused between the claim and the call from starting what was stopped, withdrawn or retried meanwhile. A
 * claim of this very moment needs no look: nobody else may start the run, and a stop that comes now is carried out by its check.
 */
async function requireOurStart({ store, now }: ServiceContext, name: string, attemptedAt: number): Promise<void> {
  const ageMs = now() - attemptedAt;
  if (ageMs >= 0 && ageMs < freshClaimMs) return;
  const run = await store.runs.find(name);
  if (run?.status !== 'requested' || run.startAttemptedAt !== attemptedAt || run.stopRequestedAt !== null)
    throw new StartLeaseLostError();
}

function create(
  { sagemaker }: ServiceContext,
  run: TrainingRun,
  request: TrainingRequest,
  options: CallOptions,
): Promise<{ arn: string }> {
  const { trainingJobName, runId, project, endpointName, autoDeploy, servingImage } = run;
  const ownTags = trainingJobTags({ runId, project, endpointName, autoDeploy, servingImage }, trainingJobName);
  return sagemaker.createTrainingJob({ ...request, trainingJobName, ownTags }, options);
}

/** The training runs, whatever the database says now: without it the run stays `requested`, and the next start finds the job. */
async function markStarted(
  ctx: ServiceContext,
  run: TrainingRun,
  arn: string,
  actor: Actor,
  detail: string,
): Promise<StartResult> {
  const { store, log, now } = ctx;
  try {
    const started = await store.runs.markStarted({
      trainingJobName: run.trainingJobName,
      trainingJobArn: arn,
      actor,
      detail,
      now: now(),
    });
    if (started === null) return { kind: 'taken' };
    log.info({ training_job_name: run.trainingJobName, training_job_arn: arn }, `training ${detail}`);
    return { kind: 'started', run: started };
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    log.error(
      { err: error, training_job_name: run.trainingJobName },
      'the training is started and could not be recorded; a later check finds it',
    );
    return { kind: 'started', run };
  }
}

/** What was started a moment ago, and its tags, need not be visible yet: looked for again after so long each. */
const unseenDelaysMs = [250, 500, 1000, 1500];
const searchWithinMs = 10_000;

/** "Already exists", or a lost answer: is there a job, and is it this run's? */
async function adopt(
  ctx: ServiceContext,
  run: TrainingRun,
  error: SageMakerError,
  attemptedAt: number,
  actor: Actor,
  options: CallOptions,
): Promise<StartResult> {
  try {
    const until = performance.now() + (options.maxWaitMs ?? searchWithinMs);
    const observe = () => findTrainingJob(ctx, run, { ...options, maxWaitMs: Math.max(1, until - performance.now()) });
    let found = await observe();
    const exists = error.kind === 'already_exists';
    // Otherwise this run's name was refused when it was sent for the first time: the job is somebody else's.
    const wasSentBefore = error.effect === 'unknown' || run.startAttempts > 1;
    for (const afterMs of exists && wasSentBefore ? unseenDelaysMs : []) {
      if (found.kind === 'own' || found.kind === 'theirs' || performance.now() + afterMs > until) break;
      await delay(afterMs, undefined, { signal: options.signal }).catch(() => undefined);
      found = await observe();
    }
    if (found.kind === 'own') return await markStarted(ctx, run, found.job.arn, actor, 'found to be started already');
    if (!exists) return { kind: 'unclear', error, attemptedAt };
    return found.kind === 'theirs' || !wasSentBefore
      ? { kind: 'name_in_use', error, attemptedAt }
      : { kind: 'unclear', error: notVisible(error, run), attemptedAt };
  } catch (failure) {
    if (!(failure instanceof SageMakerError)) throw failure;
    return { kind: 'unclear', error: error.kind === 'already_exists' ? failure : error, attemptedAt };
  }
}

const notVisible = ({ operation, code, requestId }: SageMakerError, { trainingJobName }: TrainingRun): SageMakerError =>
  new SageMakerError({
    kind: 'unavailable',
    operation,
    resource: 'training_job',
    message: `SageMaker says that ${trainingJobName} exists, and does not show it and its tags yet`,
    effect: 'unknown',
    possiblyInFlight: false,
    code,
    requestId,
  });

export type FoundTrainingJob =
  | { kind: 'own'; job: TrainingJob }
  /** SageMaker shows none of this name. A job of this very moment may not be visible yet. */
  | { kind: 'none' }
  /** As was asked for, new, and without tags: they may be on their way. */
  | { kind: 'untagged' }
  | { kind: 'theirs' };

/** So long after it was asked for a training job has its tags; each start asks anew, so they are counted too. */
const taggedWithinMs = 60_000;
const taggedWithinStarts = 10;

/**
 * The training job of this run's name, and whether it is this run's: by its run-id tag or, where tags can't be read, by all that was
 * asked for.
 *
 * @throws {SageMakerError} when SageMaker does not say.
 */
export async function findTrainingJob(
  { sagemaker, now }: ServiceContext,
  run: TrainingRun,
  options: CallOptions,
): Promise<FoundTrainingJob> {
  const job = await sagemaker.describeTrainingJob(run.trainingJobName, options).catch((error: unknown) => {
    if (error instanceof SageMakerError && error.kind === 'not_found') return null;
    throw error;
  });
  if (job === null) return { kind: 'none' };
  const tags = await sagemaker.listTags(job.arn, options).catch(orNullIfPermanent);
  // A name in another case is another's, which keeps this one from being made.
  const asRequested = job.name === run.trainingJobName && run.request !== null && isAsRequested(run.request, job);
  if (tags === null ? asRequested : tags[tagKeys.runId] === run.runId) return { kind: 'own', job };
  // By our clock alone: SageMaker's CreationTime is another one's.
  const isNew = !hasPassed(run.startAttemptedAt ?? 0, taggedWithinMs, now()) && run.startAttempts <= taggedWithinStarts;
  return tags !== null && Object.keys(tags).length === 0 && asRequested && isNew ? { kind: 'untagged' } : { kind: 'theirs' };
}

function isAsRequested(request: TrainingRequest, job: TrainingJob): boolean {
  const sameEntries = (a: Record<string, string>, b: Record<string, string>): boolean =>
    Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);
  return (
    job.roleArn === request.roleArn &&
    job.trainingImage === request.trainingImage &&
    job.outputS3Uri === request.outputS3Uri &&
    job.instanceType === request.instanceType &&
    job.instanceCount === request.instanceCount &&
    sameEntries(job.hyperparameters, request.hyperparameters) &&
    sameEntries(job.environment, request.environment)
  );
}
