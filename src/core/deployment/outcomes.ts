/** Outcomes that do not follow from what became of the endpoint. */
import type { FailureKind } from '../failure-kind.ts';
import type { Deployment, DeploymentOutcome } from './deployment.ts';
import { mayStillGoLive } from './endpoint-change.ts';

export const failure = (
  deployment: Deployment,
  failureReason: string,
  failureKind: FailureKind = 'other',
): DeploymentOutcome => ({
  status: 'failed',
  failureReason,
  failureKind,
  detail: failureReason,
  unsettled: mayStillGoLive(deployment),
});

/** Its endpoint answers otherwise than expected, and there is nothing to go back to: it stays as it is. */
export const verificationFailed = (reason: string): DeploymentOutcome => {
  const failureReason = `${reason}; there is nothing to go back to, and the endpoint stays`;
  return { status: 'failed', failureReason, failureKind: 'verification', detail: failureReason };
};

/** A person ended it, and its endpoint has nothing to go back to. */
export const abortedWithoutWayBack = (reason: string): DeploymentOutcome => {
  const failureReason = `${reason}; there is nothing to go back to, and the endpoint stays`;
  return { status: 'failed', failureReason, failureKind: 'other', detail: failureReason };
};

/** By a newer training that is live and that the database did not know of. */
export const supersededBy = (trainingJobName: string): DeploymentOutcome => ({
  status: 'superseded',
  failureReason: `superseded by ${trainingJobName}, which is newer and live`,
  detail: `superseded by ${trainingJobName}`,
  supersededBy: trainingJobName,
});
