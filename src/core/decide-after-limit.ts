/**
 * What became of a deployment that was ended by its time limit while SageMaker was still at work on it: what is live is recorded as
 * live, however late.
 */
import { staleViewMs } from './decide-endpoint.ts';
import type { Deployment, Endpoint } from './deployment.ts';

export type AfterLimit =
  | { kind: 'live'; inServiceAt: number }
  /** It will not come about any more. */
  | { kind: 'settled' }
  | { kind: 'wait' };

/**
 * No update of SageMaker's takes longer (MaximumExecutionTimeoutInSeconds is 8 h at most:
 * docs/reference/sagemaker-behavior.md#an-update-uses-one-policy-and-ends-within-8-hours).
 */
const longestSettlingMs = 24 * 3_600_000;

const inProgress: readonly string[] = ['Creating', 'Updating', 'RollingBack', 'SystemUpdating'];

type Unsettled = Pick<Deployment, 'endpointConfigName' | 'endpointModifiedBefore' | 'unsettledSince'>;

/** `endpoint`: null where SageMaker knows none. */
export function decideAfterLimit(deployment: Unsettled, endpoint: Endpoint | null, now: number): AfterLimit {
  const { endpointConfigName: own, endpointModifiedBefore, unsettledSince } = deployment;
  if (endpoint?.status === 'InService' && endpoint.endpointConfigName === own) {
    return { kind: 'live', inServiceAt: endpoint.modifiedAt };
  }
  const sinceMs = Math.abs(now - (unsettledSince ?? now));
  if (sinceMs >= longestSettlingMs) return { kind: 'settled' };
  // The answer may be from before the change.
  const mayBeStale = endpoint === null || endpoint.modifiedAt === endpointModifiedBefore;
  if (mayBeStale) return { kind: sinceMs < staleViewMs ? 'wait' : 'settled' };
  const isOurs = endpoint.pendingEndpointConfigName === own || endpoint.endpointConfigName === own;
  return { kind: inProgress.includes(endpoint.status) && isOurs ? 'wait' : 'settled' };
}
