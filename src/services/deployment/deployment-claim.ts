import type { Deadline } from '../../core/deployment/time-limit.ts';
import type { Deployment, DeploymentOutcome, DeploymentProgress, Endpoint, WaitKind } from '../../core/deployment/deployment.ts';
import { isChangeRequested } from '../../core/deployment/decide-endpoint.ts';
import type { FailureKind } from '../../core/failure-kind.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';

/** A deployment that a worker has in hand, under a fence. */
export interface DeploymentClaim {
  readonly ctx: ServiceContext;
  readonly run: TrainingRun;
  /** For every call to SageMaker: refused once somebody else has the deployment in hand. */
  readonly options: CallOptions;
  /** Whether its time limit is over, as of the beginning of this pass. */
  readonly deadline: Deadline;
  /** The endpoint as a step of this very pass has just seen it; null when there is none. The next step need not look again. */
  observedEndpoint?: Endpoint | null;
  /** As it was last read or written. */
  deployment: Deployment;
  /** Persists progress; an empty `detail` leaves no line in the history. @throws {ClaimLostError} when somebody else has it in hand. */
  record(progress: DeploymentProgress, detail?: string): Promise<void>;
}

/** These troubles are over only when the deployment is: the endpoint is looked at in between, and waits grow all the same. */
const lastingErrors: readonly string[] = ['capacity', 'internal', 'not_found', 'contradiction'];

/** What ends the recorded trouble, if there is any that a look in between can end. */
export const clearedError = ({ lastErrorKind }: Deployment): DeploymentProgress =>
  lastErrorKind === null || lastingErrors.includes(lastErrorKind) ? {} : { lastErrorKind: null, failingSince: null };

const isTriedAgain = ({ lastErrorKind }: Deployment): boolean => lastErrorKind === 'capacity' || lastErrorKind === 'internal';

/**
 * What says that the deployment waits, and for what; nothing when that is known. While it is tried again and again, why it is says more
 * than what the endpoint is doing.
 */
export function waitingFor(deployment: Deployment, kind: WaitKind, detail: string, now: number): DeploymentProgress {
  if (kind === 'endpoint' && isTriedAgain(deployment)) return {};
  if (deployment.waitsForKind === kind && deployment.waitsForDetail === detail) return {};
  const since = deployment.waitsForKind === kind ? deployment.waitsForSince : now;
  return { waitsForKind: kind, waitsForSince: since ?? now, waitsForDetail: detail };
}

/** What says that the deployment does not wait any more. */
export const notWaiting = (deployment: Deployment): DeploymentProgress =>
  deployment.waitsForKind === null || isTriedAgain(deployment)
    ? {}
    : { waitsForKind: null, waitsForSince: null, waitsForDetail: null };

/** The end of a deployment on account of something else than what became of its endpoint. */
export const failure = (
  deployment: Deployment,
  failureReason: string,
  failureKind: FailureKind = 'other',
): DeploymentOutcome => ({
  status: 'failed',
  failureReason,
  failureKind,
  detail: failureReason,
  unsettled: isChangeRequested(deployment),
});

/** Of a newer training that the database did not know of. */
export const supersededBy = (trainingJobName: string): DeploymentOutcome => ({
  status: 'superseded',
  failureReason: `superseded by ${trainingJobName}, which is newer and live`,
  detail: `superseded by ${trainingJobName}`,
  supersededBy: trainingJobName,
});
