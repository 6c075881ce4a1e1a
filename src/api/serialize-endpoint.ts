import { showPolicy } from '../core/delivery/show-policy.ts';
import type { EndpointDetails, EndpointOverview } from '../services/delivery/read-endpoint.ts';
import type { EndpointBody, EndpointDetailsBody } from './schemas/endpoint.ts';
import { isoTime, isoTimeOrNull, serializeDeployment } from './serialize.ts';

/** An endpoint as the service knows it, with links as those of a run. */
export function serializeEndpoint(
  { endpointName, live, inProgress, waiting, record }: EndpointOverview,
  basePath: string,
): EndpointBody {
  const name = encodeURIComponent(endpointName);
  const self = `${basePath}/endpoints/${name}`;
  return {
    endpoint_name: endpointName,
    live: live && serializeDeployment(live, basePath),
    live_since: isoTimeOrNull(live?.inServiceAt ?? live?.finishedAt ?? null),
    in_progress: inProgress && serializeDeployment(inProgress, basePath),
    waiting: waiting.map((one) => serializeDeployment(one, basePath)),
    held: record?.heldSince == null ? null : { since: isoTime(record.heldSince), by: record.heldBy, reason: record.holdReason },
    rolled_back_at: isoTimeOrNull(record?.rolledBackAt ?? null),
    links: {
      self,
      status: `${basePath}/endpoint-status?endpoint_name=${name}`,
      deployments: `${basePath}/deployments?endpoint_name=${name}`,
      rollback: `${self}/rollback`,
      hold: `${self}/hold`,
    },
  };
}

export const serializeEndpointDetails = (
  { former, policy, ...overview }: EndpointDetails,
  basePath: string,
): EndpointDetailsBody => ({
  ...serializeEndpoint(overview, basePath),
  former: former.map((one) => serializeDeployment(one, basePath)),
  policy: { ...showPolicy(policy) },
});
