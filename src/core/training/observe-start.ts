import { isTransient } from '../decide-retry.ts';
import { SageMakerError } from '../errors.ts';
import type { FoundTrainingJob } from './match-job.ts';
import type { TrainingRun } from './training-run.ts';

/** What came of one attempt to start the training. */
export type StartObservation =
  | { kind: 'started'; arn: string }
  /** The run's training exists already: an earlier attempt created it. */
  | { kind: 'found'; arn: string }
  /** SageMaker refused (also by throttling), or was never reached: no training exists. */
  | { kind: 'rejected'; error: SageMakerError }
  /** A training job that is not this run's has the name. */
  | { kind: 'name_conflict'; error: SageMakerError }
  /** The training may exist, and SageMaker does not say. */
  | { kind: 'indeterminate'; error: SageMakerError }
  /** Another process has the start lease or has started the run, or the run's stop is requested. */
  | { kind: 'lease_lost' };

/**
 * What an error of CreateTrainingJob says by itself; null where SageMaker has to be searched for the job first. A later attempt that is
 * rejected for good says nothing about an earlier one, whose response may have been lost.
 */
export function observeStartError(run: Pick<TrainingRun, 'startAttempts'>, error: SageMakerError): StartObservation | null {
  const isCertain = error.effect === 'none' && error.kind !== 'already_exists';
  return isCertain && (run.startAttempts <= 1 || isTransient(error.kind)) ? { kind: 'rejected', error } : null;
}

/**
 * What the search for the job shows after such an error. A run whose name is in use when it is sent for the first time has no job of its
 * own.
 */
export function observeExisting(run: TrainingRun, error: SageMakerError, found: FoundTrainingJob): StartObservation {
  if (found.kind === 'own') return { kind: 'found', arn: found.arn };
  if (error.kind !== 'already_exists') return { kind: error.effect === 'none' ? 'rejected' : 'indeterminate', error };
  return found.kind === 'foreign' || !wasSentBefore(run, error)
    ? { kind: 'name_conflict', error }
    : { kind: 'indeterminate', error: notVisible(run, error) };
}

/** Whether another search may show the job: SageMaker reports that it exists, and does not show all of it yet. */
export const mayAppear = (run: TrainingRun, error: SageMakerError, found: FoundTrainingJob): boolean =>
  error.kind === 'already_exists' && wasSentBefore(run, error) && (found.kind === 'missing' || found.kind === 'untagged');

const wasSentBefore = (run: TrainingRun, error: SageMakerError): boolean => error.effect === 'unknown' || run.startAttempts > 1;

const notVisible = ({ trainingJobName }: TrainingRun, { operation, code, requestId }: SageMakerError): SageMakerError =>
  new SageMakerError({
    kind: 'unavailable',
    operation,
    resource: 'training_job',
    message: `SageMaker reports that ${trainingJobName} exists, and does not show it and its tags yet`,
    effect: 'unknown',
    possiblyInFlight: false,
    code,
    requestId,
  });
