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
  /** The same of this attempt alone: an earlier one may have created the training. */
  | { kind: 'rejected_unresolved'; error: SageMakerError }
  /** A training job that is not this run's has the name. */
  | { kind: 'name_conflict'; error: SageMakerError }
  /** The training may exist, and SageMaker does not say. */
  | { kind: 'indeterminate'; error: SageMakerError }
  /** Another process has the start lease or has started the run, or the run's stop is requested. */
  | { kind: 'lease_lost' };

/**
 * What an error of CreateTrainingJob says by itself; null where SageMaker has to be searched for the job first. An attempt that is
 * rejected for good says nothing about an earlier one whose response was lost.
 */
export function observeStartError(run: Pick<TrainingRun, 'startUnresolvedAt'>, error: SageMakerError): StartObservation | null {
  if (!isRejection(error)) return null;
  if (run.startUnresolvedAt === null) return { kind: 'rejected', error };
  // The start is retried, and finds the job then.
  return isTransient(error.kind) ? { kind: 'rejected_unresolved', error } : null;
}

const isRejection = (error: SageMakerError): boolean => error.effect === 'none' && error.kind !== 'already_exists';

/**
 * What the search for the job shows after such an error. A run whose name is in use when it is sent for the first time has no job of its
 * own.
 */
export function observeExisting(run: TrainingRun, error: SageMakerError, found: FoundTrainingJob): StartObservation {
  if (found.kind === 'own') return { kind: 'found', arn: found.arn };
  if (error.kind !== 'already_exists') return { kind: isRejection(error) ? 'rejected' : 'indeterminate', error };
  return found.kind === 'foreign' || !wasSentBefore(run, error)
    ? { kind: 'name_conflict', error }
    : { kind: 'indeterminate', error: notVisible(run, error) };
}

/** What is left of such an error when the search fails, too. */
export function observeFailedSearch(error: SageMakerError, failure: SageMakerError): StartObservation {
  if (isRejection(error)) return { kind: 'rejected_unresolved', error };
  return { kind: 'indeterminate', error: error.kind === 'already_exists' ? failure : error };
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
