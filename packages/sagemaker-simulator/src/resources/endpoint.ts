import type { Call } from '../call.ts';
import { validationError } from '../aws-error.ts';
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
 * Failed endpoint, which only DeleteEndpoint may touch. The wording of the latter is made up.
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
 * Replaces the endpoint's timeline. The phases of the old one that have begun become effects first, because they are lost.
 */
export function setTimeline(
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
