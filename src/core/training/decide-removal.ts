/** Whether a run may be deleted: nothing that costs money or changes an endpoint may continue unnoticed. */
import type { Deployment } from '../deployment/deployment.ts';
import { isBeingStarted, isEndedJob, type TrainingJob, type TrainingRun } from './training-run.ts';

export type RemovalDecision = { kind: 'remove' } | { kind: 'refuse'; why: string };

/** Whether only SageMaker knows if the training still runs. */
export const mayStillRun = ({ status }: Pick<TrainingRun, 'status'>): boolean =>
  status === 'requested' || status === 'training' || status === 'timed_out';

/** Also one that its time limit ended while SageMaker may still apply its change. */
export const isInProgress = ({ status, unsettledSince }: Pick<Deployment, 'status' | 'unsettledSince'>): boolean =>
  status === 'in_progress' || unsettledSince !== null;

/** `job`: as SageMaker has it now; null where it has none. `isUnhandled`: the run cannot be handled, so that no check ever ends it. */
export function decideRemoval(
  run: Pick<TrainingRun, 'status' | 'startAttemptedAt'>,
  job: Pick<TrainingJob, 'status'> | null,
  isUnhandled: boolean,
  now: number,
): RemovalDecision {
  if (job !== null && !isEndedJob(job)) return { kind: 'refuse', why: `its training is ${job.status}: stop it first` };
  if (run.status !== 'requested' || job !== null) return { kind: 'remove' };
  // No training exists yet, and a check is about to start it.
  if (isBeingStarted(run, now) || !isUnhandled)
    return { kind: 'refuse', why: 'its training is still to be started: stop it first' };
  return { kind: 'remove' };
}
