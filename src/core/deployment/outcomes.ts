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

/** By a newer training that is live and that the database did not know of. */
export const supersededBy = (trainingJobName: string): DeploymentOutcome => ({
  status: 'superseded',
  failureReason: `superseded by ${trainingJobName}, which is newer and live`,
  detail: `superseded by ${trainingJobName}`,
  supersededBy: trainingJobName,
});
