/** What the sentences are made of. Instants in milliseconds since 1970 UTC. */
import type { Deployment } from '../deployment/deployment.ts';
import type { TrainingRun } from '../training/training-run.ts';

/** Of a run; what the API does not show may be absent. */
export type RunFacts = Pick<
  TrainingRun,
  'status' | 'autoDeploy' | 'endpointName' | 'secondaryStatus' | 'failureReason' | 'failureKind' | 'createdAt' | 'finishedAt'
> &
  Partial<Pick<TrainingRun, 'trainingEndedAt' | 'trainingSinceAt' | 'stopRequestedAt' | 'startRefusedSince' | 'startAttempts'>>;

export interface Facts {
  run: RunFacts;
  /** The newest deployment; null where there is none. */
  deployment: DeploymentFacts | null;
  /** What went live last on the endpoint; null where that is not known. */
  live?: LiveFacts | null;
}

/** Of a deployment; what the API does not show may be absent. */
export type DeploymentFacts = Pick<
  Deployment,
  | 'deploymentId'
  | 'status'
  | 'step'
  | 'trigger'
  | 'attempts'
  | 'endpointName'
  | 'failureReason'
  | 'failureKind'
  | 'supersededBy'
  | 'waitsForKind'
  | 'waitsForSince'
  | 'waitsForDetail'
  | 'requestedBy'
  | 'reason'
  | 'createdAt'
  | 'startedAt'
  | 'finishedAt'
  | 'trainingEndedAt'
  | 'detectedBy'
  | 'inServiceAt'
> & {
  approval: Pick<NonNullable<Deployment['approval']>, 'status' | 'by' | 'reason' | 'requestedAt' | 'expiresAt'> | null;
  rollout: Pick<NonNullable<Deployment['rollout']>, 'strategy' | 'phase' | 'trafficPercent'> | null;
  verification: Pick<NonNullable<Deployment['verification']>, 'status' | 'requests' | 'failures'> | null;
} & Partial<Pick<Deployment, 'abort' | 'revert' | 'deadlineAt' | 'unsettledSince'>>;

/** The deployment that went live last on the endpoint. */
export type LiveFacts = Pick<Deployment, 'deploymentId' | 'trainingJobName' | 'inServiceAt' | 'finishedAt'>;

export const attempt = ({ attempts }: Pick<DeploymentFacts, 'attempts'>): string =>
  attempts > 1 ? `Attempt ${attempts}` : 'The deployment';
