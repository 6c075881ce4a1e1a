import { begun } from './timeline.ts';
import type { EndpointRecord, TrainingJobRecord } from './records.ts';

export const effectKinds = [
  'training_job_created',
  'training_job_stop_requested',
  'training_job_ended',
  'training_jobs_seeded',
  'model_created',
  'model_deleted',
  'endpoint_config_created',
  'endpoint_config_deleted',
  'endpoint_create_requested',
  'endpoint_update_requested',
  'endpoint_weights_requested',
  'endpoint_delete_requested',
  'endpoint_status_set',
  'endpoint_scaled',
  'rollout_alarmed',
  'endpoint_in_service',
  'endpoint_rolled_back',
  'endpoint_failed',
  'endpoint_deleted',
  'tags_added',
  'tags_deleted',
  'scalable_target_registered',
  'scalable_target_deregistered',
  'scaling_policy_put',
  'scaling_policy_deleted',
  'scheduled_action_put',
  'scheduled_action_deleted',
  'alarm_put',
  'alarm_deleted',
  'alarm_state_set',
] as const;
export type EffectKind = (typeof effectKinds)[number];

/** A change of a resource, made by a call or reached with time. */
export interface Effect {
  /** Milliseconds since 1970 UTC. */
  at: number;
  kind: EffectKind;
  name: string;
  detail?: Record<string, unknown>;
}

const endings: ReadonlySet<string> = new Set(['Completed', 'Failed', 'Stopped', 'MaxRuntimeExceeded', 'MaxWaitTimeExceeded']);

/** What a training job has reached with time: its end, if at all. */
export function reachedByTraining(job: TrainingJobRecord, now: number): Effect[] {
  return begun(job.timeline, now)
    .filter(({ status }) => endings.has(status))
    .map(({ status, startAt }) => ({ at: startAt, kind: 'training_job_ended', name: job.name, detail: { status } }));
}

/** What an endpoint has reached with time since the last call that changed it. */
export function reachedByEndpoint(endpoint: EndpointRecord, now: number): Effect[] {
  return begun(endpoint.timeline, now).flatMap(({ effect, startAt, endpointConfigName, failureReason }) =>
    effect === null ? [] : [{ at: startAt, kind: effect, name: endpoint.name, detail: { endpointConfigName, failureReason } }],
  );
}
