import type { Call } from '../call.ts';
import { validationError } from '../http/aws-error.ts';
import { reachedByEndpoint, type Effect } from '../state/effects.ts';
import type { EndpointPhase, EndpointRecord } from '../state/records.ts';
import { keyOf, type State } from '../state/state.ts';
import { currentPhase } from '../state/timeline.ts';

/** null once the endpoint is gone. */
export function endpointNamed(state: State, name: string, now: number): EndpointRecord | null {
  const endpoint = state.endpoints.get(keyOf(name));
  return endpoint && currentPhase(endpoint.timeline, now).status !== 'Gone' ? endpoint : null;
}

export function requireEndpoint({ state, now, arn }: Call, name: string): EndpointRecord {
  const endpoint = endpointNamed(state, name, now);
  if (!endpoint) throw validationError(`Could not find endpoint "${arn('endpoint', name)}".`);
  return endpoint;
}

const inProgress: readonly string[] = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'];

/**
 * The phase of an endpoint that may be changed now.
 * @throws {AwsError} ValidationException while something is in progress, with the same words for DeleteEndpoint; and for a
 * Failed endpoint, which only DeleteEndpoint may touch (sagemaker-facts, sections 4 and 5). The wording of the latter is ours.
 */
export function requireChangeable({ arn, timeline }: EndpointRecord, { now, operation }: Call): EndpointPhase {
  const phase = currentPhase(timeline, now);
  if (inProgress.includes(phase.status)) throw validationError(`Cannot update in-progress endpoint "${arn}".`);
  if (phase.status === 'Failed' && operation !== 'DeleteEndpoint') {
    throw validationError(
      `Cannot update endpoint "${arn}" in status Failed. DeleteEndpoint is the only operation that can be performed on it.`,
    );
  }
  return phase;
}

/**
 * Gives the endpoint a new course. What the old one has brought about until now is written down as effects first, since its
 * phases are forgotten.
 */
export function setCourse(
  state: State,
  endpoint: EndpointRecord,
  timeline: EndpointPhase[],
  now: number,
  effect: Omit<Effect, 'at' | 'name'>,
): void {
  const previous = state.endpoints.get(keyOf(endpoint.name));
  const reached = previous ? reachedByEndpoint(previous, now) : [];
  state.commit({
    puts: [['endpoints', keyOf(endpoint.name), { ...endpoint, timeline }]],
    effects: [...reached, { at: now, name: endpoint.name, ...effect }],
  });
}
