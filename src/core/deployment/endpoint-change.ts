/** What the change that a deployment requested last says about an observation of its endpoint. */
import { hasPassed } from '../instants.ts';
import { changeTiming } from '../timing.ts';
import type { Deployment, Endpoint, EndpointChange } from './deployment.ts';

type Own = Pick<Deployment, 'endpointConfigName' | 'endpointChange'>;

/** Whether SageMaker may still bring the deployment live, whatever becomes of the deployment here. */
export const mayStillGoLive = ({ endpointChange: change }: Pick<Deployment, 'endpointChange'>): boolean =>
  change !== null && change.action !== 'delete';

/** Whether the request may still be on its way, sent by this worker or by one that died. The change is not repeated meanwhile. */
export const isPossiblyInFlight = ({ requestedAt, respondedAt, acknowledgedAt }: EndpointChange, now: number): boolean =>
  respondedAt === null && acknowledgedAt === null && !hasPassed(requestedAt, changeTiming.inFlightWindowMs, now);

/** Whether a description may still show the endpoint as it was before the change. */
export const mayBeStaleRead = ({ acknowledgedAt }: EndpointChange, now: number): boolean =>
  acknowledgedAt !== null && now - acknowledgedAt < changeTiming.staleReadWindowMs;

/** Whether the endpoint is not as it was before the change: of its own accord or by another client, too. */
export const hasChanged = ({ baseline }: EndpointChange, { modifiedAt }: Endpoint): boolean =>
  modifiedAt !== baseline?.modifiedAt;

/** Whether the endpoint is on the deployment's configuration, or on its way there. */
export const isApplying = ({ endpointConfigName }: Own, endpoint: Endpoint): boolean =>
  endpoint.pendingEndpointConfigName === endpointConfigName || endpoint.endpointConfigName === endpointConfigName;

/** Whether what the endpoint shows is the end of the change that this deployment requested. */
export const isEndOfChange = (deployment: Own, endpoint: Endpoint): boolean => {
  const { endpointChange: change } = deployment;
  if (change === null || change.action === 'delete') return false;
  return change.acknowledgedAt !== null || isApplying(deployment, endpoint) || hasChanged(change, endpoint);
};
