import { retryDelayMs } from '../../core/retry-delay.ts';
import { credentialsProblemForCaller } from '../../core/sagemaker/credentials-problem.ts';
import { SageMakerError, ServiceError } from '../../core/errors.ts';
import { tagKeys } from '../../core/sagemaker/tags.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import { snooze, type Snooze } from '../job-result.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

type Unwanted = Pick<TrainingRun, 'trainingJobName' | 'trainingJobArn'>;

/**
 * Says on the training job that a person does not want it deployed, or known, any more: a database that is rebuilt from SageMaker would
 * not know. Where tags may not be written, that is logged, and it goes on without. @throws {SageMakerError} what may pass.
 */
export async function turnDown(
  { sagemaker, log }: Pick<ServiceContext, 'sagemaker' | 'log'>,
  { trainingJobName, trainingJobArn }: Unwanted,
  why: 'stopped' | 'removed',
  options: CallOptions,
): Promise<void> {
  if (trainingJobArn === null) return;
  try {
    await sagemaker.addTags(trainingJobArn, { [tagKeys.turnedDown]: why }, options);
  } catch (error) {
    orNullIfPermanent(error);
    log.warn({ err: error, training_job_name: trainingJobName }, untagged[why]);
  }
}

const untagged = {
  stopped: 'the training could not be tagged; a rebuilt database would not know that it was stopped',
  removed: 'the training could not be tagged; a rebuilt database would adopt it again',
};

/** What may pass, instead of throwing it; null when there is nothing more to write. */
export const turnDownError = (...args: Parameters<typeof turnDown>): Promise<SageMakerError | null> =>
  turnDown(...args).then(
    () => null,
    (error: unknown) => {
      if (error instanceof SageMakerError) return error;
      throw error;
    },
  );

/** For the caller; `what`: what was done, and what was not. */
export function notTurnedDown(what: string, problem: SageMakerError): ServiceError {
  const why = problem.kind === 'unauthenticated' ? credentialsProblemForCaller(problem.code) : problem.message;
  const detail = `${what}: SageMaker does not take the tag that says so to a rebuilt database; ask again`;
  return new ServiceError('sagemaker_unavailable', `${detail}: ${why}`, { cause: problem });
}

const observationLimits: CallOptions = { maxWaitMs: 10_000, retryThrottles: false };
/** Not for ever: an outcome is worth more. */
const retryBudgetMs = 5 * 60_000;

/**
 * The same by a look at a run whose stop was asked for. A later look that is needed first, because SageMaker does not take the tag now;
 * null when nothing holds the look up any more.
 */
export async function turnDownAtObservation(
  ctx: ServiceContext,
  run: TrainingRun,
  { failingSince, signal }: { failingSince: number | null; signal?: AbortSignal },
): Promise<Snooze | null> {
  const { now, random, log } = ctx;
  const problem = await turnDownError(ctx, run, 'stopped', { signal, ...observationLimits });
  if (problem === null) return null;
  const since = failingSince ?? now();
  const forMs = now() - since;
  log.warn({ err: problem, training_job_name: run.trainingJobName }, 'the training that was stopped could not be tagged yet');
  return forMs < retryBudgetMs ? snooze(retryDelayMs(forMs, random), since) : null;
}
