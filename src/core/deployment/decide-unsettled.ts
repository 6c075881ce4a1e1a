/**
 * What became of an unsettled deployment: one that the service ended, by its time limit or by a lasting refusal, while SageMaker might
 * still complete it. What goes live is recorded as live, however late.
 */
import { changeTiming } from '../timing.ts';
import type { Deployment, Endpoint } from './deployment.ts';

export type UnsettledDecision =
  | { kind: 'live'; endpoint: Endpoint }
  /** It will not go live any more. */
  | { kind: 'settled' }
  | { kind: 'wait' };

const inProgress: readonly string[] = ['Creating', 'Updating', 'RollingBack', 'SystemUpdating'];

/**
 * `sinceMs`: how long ago it was ended. `endpoint`: null where SageMaker finds none, `not_observed` where SageMaker refused the
 * description.
 */
export function decideUnsettled(
  { endpointConfigName: own, endpointChange }: Pick<Deployment, 'endpointConfigName' | 'endpointChange'>,
  endpoint: Endpoint | null | 'not_observed',
  sinceMs: number,
): UnsettledDecision {
  if (endpoint !== 'not_observed' && endpoint?.status === 'InService' && endpoint.endpointConfigName === own) {
    return { kind: 'live', endpoint };
  }
  if (sinceMs >= changeTiming.unsettledForMs) return { kind: 'settled' };
  if (endpoint === 'not_observed') return { kind: 'wait' };
  const mayBeStale = endpoint === null || endpoint.modifiedAt === endpointChange?.baseline?.modifiedAt;
  if (mayBeStale) return { kind: sinceMs < changeTiming.staleReadWindowMs ? 'wait' : 'settled' };
  const isOwn = endpoint.pendingEndpointConfigName === own || endpoint.endpointConfigName === own;
  return { kind: inProgress.includes(endpoint.status) && isOwn ? 'wait' : 'settled' };
}
