import { setTimeout as delay } from 'node:timers/promises';
import { SageMakerError } from '../../core/errors.ts';
import { trainingJobTags } from '../../core/sagemaker/tags.ts';
import {
  mayAppear,
  observeExisting,
  observeFailedSearch,
  observeStartError,
  type StartObservation,
} from '../../core/training/observe-start.ts';
import type { ShapeObject } from '../../core/shapes/shapes.ts';
import { trainingOf } from '../../core/training/run-shapes.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { deployedDigest } from '../deployment/content-digest.ts';
import { findTrainingJob } from './find-training-job.ts';

export interface StartRunInput {
  /** With its start lease, which the caller holds. */
  run: TrainingRun;
  /** Limits of CreateTrainingJob. */
  create: CallOptions;
  /** Limits of the search for a job that exists already, which `maxWaitMs` ends in all. */
  search: CallOptions & { maxWaitMs: number };
  /** Delays between searches for a job that SageMaker does not show yet. None in a worker's slot: the run's next check searches again. */
  searchDelaysMs: readonly number[];
}

/**
 * Attempts to start the training of a run, and returns what came of it. The training job's name is the idempotency key
 * (ARCHITECTURE.md#principles): of any number of attempts one creates the job, and the others find it by its run-id tag.
 *
 * After a crash before CreateTrainingJob the lease ends, and a check starts the run. After a crash behind it the next attempt receives
 * "already exists" and finds the job.
 */
export async function startRun(ctx: ServiceContext, input: StartRunInput): Promise<StartObservation> {
  const { run } = input;
  const request = trainingOf(run);
  if (request === null || run.startAttemptedAt === null) return { kind: 'lease_lost' };
  try {
    const { arn } = await createTrainingJob(ctx, run, request, input.create);
    return { kind: 'started', arn };
  } catch (error) {
    if (error instanceof StartLeaseLostError) return { kind: 'lease_lost' };
    if (!(error instanceof SageMakerError)) throw error;
    return observeStartError(run, error) ?? searchExisting(ctx, input, error);
  }
}

function createTrainingJob(
  ctx: ServiceContext,
  run: TrainingRun,
  request: ShapeObject,
  options: CallOptions,
): Promise<{ arn: string }> {
  const { trainingJobName, runId, project, endpointName, autoDeploy, servingImage } = run;
  const contentDigest = run.shapes === null ? null : deployedDigest(run.shapes);
  const ownTags = trainingJobTags({ runId, project, endpointName, autoDeploy, servingImage, contentDigest }, trainingJobName);
  const beforeSend = () => assertLeaseHeld(ctx, run);
  return ctx.sagemaker.createTrainingJob({ request, trainingJobName, ownTags }, { ...options, beforeSend });
}

class StartLeaseLostError extends Error {}

const freshLeaseMs = 1000;

/**
 * Keeps a process that was paused between the lease and the call from starting what was stopped, discarded or retried meanwhile. A lease
 * of this moment needs no check: no other process may start the run, and the run's check carries out a stop that is requested now.
 */
async function assertLeaseHeld(
  { store, now }: ServiceContext,
  { trainingJobName, startAttemptedAt }: TrainingRun,
): Promise<void> {
  const ageMs = now() - (startAttemptedAt ?? 0);
  if (ageMs >= 0 && ageMs < freshLeaseMs) return;
  const run = await store.runs.find(trainingJobName);
  if (run?.status !== 'requested' || run.startAttemptedAt !== startAttemptedAt || run.stopRequestedAt !== null)
    throw new StartLeaseLostError();
}

async function searchExisting(
  ctx: ServiceContext,
  { run, search, searchDelaysMs }: StartRunInput,
  error: SageMakerError,
): Promise<StartObservation> {
  const until = performance.now() + search.maxWaitMs;
  const find = () => findTrainingJob(ctx, { run, options: { ...search, maxWaitMs: Math.max(1, until - performance.now()) } });
  try {
    let found = await find();
    for (const delayMs of searchDelaysMs) {
      if (!mayAppear(run, error, found) || performance.now() + delayMs > until) break;
      await delay(delayMs);
      found = await find();
    }
    return observeExisting(run, error, found);
  } catch (failure) {
    if (!(failure instanceof SageMakerError)) throw failure;
    return observeFailedSearch(error, failure);
  }
}
