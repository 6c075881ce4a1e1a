import type { EndpointRecord, TrainingJobRecord } from '../state/records.ts';
import type { State } from '../state/state.ts';
import { EventBus } from './event-bus.ts';

/**
 * Lets the event bus follow every training job and endpoint from now on. It sends no event for what changed while the simulator was
 * stopped, as EventBridge loses events too.
 */
export function followWithEvents(state: State, options: ConstructorParameters<typeof EventBus>[0]): EventBus {
  const bus = new EventBus(options);
  state.onPut = ([collection, , value], before) => {
    if (value === null) return;
    if (collection === 'trainingJobs') bus.followTraining(value, before as TrainingJobRecord | undefined);
    if (collection === 'endpoints') bus.followEndpoint(value, before as EndpointRecord | undefined);
  };
  for (const job of state.trainingJobs.values()) bus.followTraining(job, job);
  for (const endpoint of state.endpoints.values()) bus.followEndpoint(endpoint, endpoint);
  return bus;
}
