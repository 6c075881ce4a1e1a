import type { Call, Output } from '../call.ts';
import type { EndpointPhase } from '../state/records.ts';
import { requireChangeable, requireEndpoint, setTimeline } from '../resources/endpoint.ts';

/** `Deleting`, then not found. */
export function deleteEndpoint({ EndpointName }: { EndpointName: string }, call: Call): Output {
  const { state, now, settings } = call;
  const endpoint = requireEndpoint(call, EndpointName);
  const before = requireChangeable(endpoint, call);
  const deleting: EndpointPhase = { ...before, status: 'Deleting', startAt: now, failureReason: null, effect: null };
  const gone: EndpointPhase = {
    ...deleting,
    status: 'Gone',
    startAt: now + settings.endpointDeleteSeconds * 1000,
    effect: 'endpoint_deleted',
  };
  setTimeline(state, endpoint, [deleting, gone], now, { kind: 'endpoint_delete_requested' });
  return null;
}
