import { workerCallMs } from '../../core/timing.ts';
import { isTransient } from '../../core/decide-retry.ts';
import { SageMakerError, ServiceError } from '../../core/errors.ts';
import { retryDelayMs } from '../../core/retry-delay.ts';
import { credentialsProblemForCaller } from '../../core/sagemaker/credentials-problem.ts';
import { tagKeys } from '../../core/sagemaker/tags.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { snooze, type Snooze } from '../job-result.ts';

interface TurnDownInput {
  run: Pick<TrainingRun, 'trainingJobName' | 'trainingJobArn'>;
  why: 'stopped' | 'removed';
  options: CallOptions;
}

/**
 * Tags the training job, so that a rebuilt database knows that a person stopped or removed it. Returns the transient error with which
 * SageMaker does not take the tag now; null when there is nothing more to write. Where tags may not be written, it logs that.
 */
export async function turnDown(
  { sagemaker, log }: Pick<ServiceContext, 'sagemaker' | 'log'>,
  { run, why, options }: TurnDownInput,
): Promise<SageMakerError | null> {
  if (run.trainingJobArn === null) return null;
  try {
    await sagemaker.addTags(run.trainingJobArn, { [tagKeys.turnedDown]: why }, options);
    return null;
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    if (isTransient(error.kind)) return error;
    const fields = { training_job_name: run.trainingJobName, turned_down: why };
    log.warn({ event: 'training.tag_failed', err: error, ...fields }, 'training cannot be tagged');
    return null;
  }
}

/** For the caller. `what`: what was done, and what was not. */
export function notTurnedDown(what: string, problem: SageMakerError): ServiceError {
  const why = problem.kind === 'unauthenticated' ? credentialsProblemForCaller(problem.code) : problem.message;
  const detail = `${what}: SageMaker does not take the tag that says so to a rebuilt database; repeat the request`;
  return new ServiceError('sagemaker_unavailable', `${detail}: ${why}`, { cause: problem });
}

const observationLimits: CallOptions = { maxWaitMs: workerCallMs, retryThrottles: false };
/** An outcome is worth more than its tag. */
const retryBudgetMs = 5 * 60_000;

/**
 * The same in an observation of a run whose stop is requested. Returns a snooze when the observation has to be repeated first, because
 * SageMaker does not take the tag now; null when nothing holds it up.
 */
export async function turnDownAtObservation(
  ctx: ServiceContext,
  { run, failingSince, signal }: { run: TrainingRun; failingSince: number | null; signal?: AbortSignal },
): Promise<Snooze | null> {
  const { now, random, log } = ctx;
  const problem = await turnDown(ctx, { run, why: 'stopped', options: { signal, ...observationLimits } });
  if (problem === null) return null;
  const since = failingSince ?? now();
  const forMs = now() - since;
  const fields = { training_job_name: run.trainingJobName, turned_down: 'stopped' };
  log.warn({ event: 'training.tag_failed', err: problem, ...fields }, 'training cannot be tagged');
  return forMs < retryBudgetMs ? snooze(retryDelayMs(forMs, random), since) : null;
}
