/**
 * What became of a deployment that was ended while SageMaker might still bring about what was asked for: by its time limit, or by a
 * refusal that lasted. What is live is recorded as live, however late.
 */
import { staleReadWindowMs } from './decide-endpoint.ts';
import type { Deployment, Endpoint } from './deployment.ts';

export type Afterwards =
  | { kind: 'live'; endpoint: Endpoint }
  /** It will not come about any more. */
  | { kind: 'settled' }
  | { kind: 'wait' };

/**
 * No update of SageMaker's takes longer (MaximumExecutionTimeoutInSeconds is 8 h at most:
 * docs/reference/sagemaker-behavior.md#an-update-uses-one-policy-and-ends-within-8-hours).
 */
const longestSettlingMs = 24 * 3_600_000;

const inProgress: readonly string[] = ['Creating', 'Updating', 'RollingBack', 'SystemUpdating'];

type Ended = Pick<Deployment, 'endpointConfigName' | 'baselineModifiedAt'>;

/**
 * `sinceMs`: for how long it has been looked at since it was ended. `endpoint`: null where SageMaker knows none, `unseen` where it does
 * not say.
 */
export function decideAfterwards(deployment: Ended, endpoint: Endpoint | null | 'unseen', sinceMs: number): Afterwards {
  const { endpointConfigName: own, baselineModifiedAt } = deployment;
  if (endpoint !== 'unseen' && endpoint?.status === 'InService' && endpoint.endpointConfigName === own) {
    return { kind: 'live', endpoint };
  }
  if (sinceMs >= longestSettlingMs) return { kind: 'settled' };
  if (endpoint === 'unseen') return { kind: 'wait' };
  // The answer may be from before the change.
  const mayBeStale = endpoint === null || endpoint.modifiedAt === baselineModifiedAt;
  if (mayBeStale) return { kind: sinceMs < staleReadWindowMs ? 'wait' : 'settled' };
  const isOurs = endpoint.pendingEndpointConfigName === own || endpoint.endpointConfigName === own;
  return { kind: inProgress.includes(endpoint.status) && isOurs ? 'wait' : 'settled' };
}
