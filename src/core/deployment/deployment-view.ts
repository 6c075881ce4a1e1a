import type { Deployment } from './deployment.ts';

const isoTime = (at: number): string => new Date(at).toISOString();
const isoTimeOrNull = (at: number | null): string | null => (at === null ? null : isoTime(at));

/**
 * A deployment as the API and notifications show it: snake case, instants in ISO 8601. It holds no secret: environment variables and shapes
 * are left out.
 */
export const viewOfDeployment = (deployment: Deployment) => ({
  deployment_id: deployment.deploymentId,
  training_job_name: deployment.trainingJobName,
  endpoint_name: deployment.endpointName,
  endpoint_config_name: deployment.endpointConfigName,
  model_name: deployment.modelName,
  status: deployment.status,
  trigger: deployment.trigger,
  attempts: deployment.attempts,
  waits_for: viewOfWait(deployment),
  failure_reason: deployment.failureReason,
  failure_kind: deployment.failureKind,
  created_at: isoTime(deployment.createdAt),
  started_at: isoTimeOrNull(deployment.startedAt),
  finished_at: isoTimeOrNull(deployment.finishedAt),
  training_ended_at: isoTimeOrNull(deployment.trainingEndedAt),
  detected_at: isoTimeOrNull(deployment.detectedAt),
  detected_by: deployment.detectedBy,
  deploy_requested_at: isoTimeOrNull(deployment.changeRequestedAt ?? deployment.endpointChange?.requestedAt ?? null),
  in_service_at: isoTimeOrNull(deployment.inServiceAt),
});

function viewOfWait({ waitsForKind, waitsForSince, waitsForDetail }: Deployment) {
  if (waitsForKind === null || waitsForSince === null) return null;
  return { kind: waitsForKind, since: isoTime(waitsForSince), detail: waitsForDetail };
}
