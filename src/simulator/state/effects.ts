import { begun } from './timeline.ts';
import type { EndpointRecord, TrainingJobRecord } from './records.ts';

/** Something that happened to a resource: asked for by a call, or come about by the passing of time. */
export interface Effect {
  at: number;
  kind: string;
  name: string;
  detail?: Record<string, unknown>;
}

const endings: ReadonlySet<string> = new Set(['Completed', 'Failed', 'Stopped', 'MaxRuntimeExceeded']);

/** What the passing of time has done to a training job up to now: at most that it has ended. */
export function reachedByTraining(job: TrainingJobRecord, now: number): Effect[] {
  return begun(job.timeline, now)
    .filter(({ status }) => endings.has(status))
    .map(({ status, startAt }) => ({ at: startAt, kind: 'training_job_ended', name: job.name, detail: { status } }));
}

/** What the passing of time has done to an endpoint since the last call about it. */
export function reachedByEndpoint(endpoint: EndpointRecord, now: number): Effect[] {
  return begun(endpoint.timeline, now).flatMap(({ effect, startAt, endpointConfigName, failureReason }) =>
    effect === null ? [] : [{ at: startAt, kind: effect, name: endpoint.name, detail: { endpointConfigName, failureReason } }],
  );
}
