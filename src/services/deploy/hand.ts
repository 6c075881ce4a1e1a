import type { Deployment, DeploymentOutcome, DeploymentProgress, Endpoint } from '../../core/deployment.ts';
import type { TrainingRun } from '../../core/training-run.ts';
import type { CallOptions, Services } from '../ports.ts';

/** A deployment that a worker has in hand, under a fence. */
export interface Hand {
  readonly services: Services;
  readonly run: TrainingRun;
  /** For every call to SageMaker: refused once somebody else has the deployment in hand. */
  readonly options: CallOptions;
  /** The endpoint as a step of this very pass has just seen it; null when there is none. The next step need not look again. */
  justSeen?: Endpoint | null;
  /** As it was last read or written. */
  deployment: Deployment;
  /** Persists progress; an empty `detail` leaves no line in the history. @throws {HandedOver} when somebody else has it in hand. */
  record(progress: DeploymentProgress, detail: string): Promise<void>;
}

/** What ends the recorded trouble, if there is any. */
export const noTrouble = ({ troubleKind }: Deployment): DeploymentProgress =>
  troubleKind === null ? {} : { troubleKind: null, troubleSince: null };

export const failure = (failureReason: string): DeploymentOutcome => ({ status: 'failed', failureReason, detail: failureReason });

/** Of a newer training that the database did not know of. */
export const supersededBy = (trainingJobName: string): DeploymentOutcome => ({
  status: 'superseded',
  failureReason: `superseded by ${trainingJobName}, which is newer and live`,
  detail: `superseded by ${trainingJobName}`,
  supersededBy: trainingJobName,
});
