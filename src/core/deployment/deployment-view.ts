import type { Approval, Rollout } from './delivery-state.ts';
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
  step: deployment.step,
  trigger: deployment.trigger,
  forced: deployment.forced,
  overrides: deployment.overrides,
  attempts: deployment.attempts,
  requested_by: deployment.requestedBy,
  reason: deployment.reason,
  restores: deployment.restores,
  waits_for: viewOfWait(deployment),
  failure_reason: deployment.failureReason,
  failure_kind: deployment.failureKind,
  superseded_by: deployment.supersededBy,
  gate: deployment.gate === null ? null : { ...deployment.gate, rules: [...deployment.gate.rules] },
  approval: deployment.approval === null ? null : viewOfApproval(deployment.approval),
  rollout: deployment.rollout === null ? null : viewOfRollout(deployment.rollout),
  verification:
    deployment.verification === null ? null : { ...deployment.verification, failures: [...deployment.verification.failures] },
  created_at: isoTime(deployment.createdAt),
  started_at: isoTimeOrNull(deployment.startedAt),
  finished_at: isoTimeOrNull(deployment.finishedAt),
  training_ended_at: isoTimeOrNull(deployment.trainingEndedAt),
  detected_at: isoTimeOrNull(deployment.detectedAt),
  detected_by: deployment.detectedBy,
  deploy_requested_at: isoTimeOrNull(deployment.changeRequestedAt ?? deployment.endpointChange?.requestedAt ?? null),
  in_service_at: isoTimeOrNull(deployment.inServiceAt),
});

/** Where a deployment is read. `base`: what the paths of the API follow, without a slash at its end. */
export const deploymentPath = ({ deploymentId }: Pick<Deployment, 'deploymentId'>, base: string): string =>
  `${base}/deployments/${encodeURIComponent(deploymentId)}`;

/** What goes with a deployment as its `links`. */
export function linksOfDeployment(deployment: Deployment, base: string) {
  const self = deploymentPath(deployment, base);
  return {
    self,
    training_job: `${base}/training-jobs/${encodeURIComponent(deployment.trainingJobName)}`,
    endpoint: `${base}/endpoints/${encodeURIComponent(deployment.endpointName)}`,
    approve: `${self}/approve`,
    reject: `${self}/reject`,
    abort: `${self}/abort`,
  };
}

function viewOfWait({ waitsForKind, waitsForSince, waitsForDetail }: Deployment) {
  if (waitsForKind === null || waitsForSince === null) return null;
  return { kind: waitsForKind, since: isoTime(waitsForSince), detail: waitsForDetail };
}

const viewOfApproval = ({ status, by, reason, requestedAt, decidedAt, expiresAt }: Approval) => ({
  status,
  by,
  reason,
  requested_at: isoTime(requestedAt),
  decided_at: isoTimeOrNull(decidedAt),
  expires_at: isoTime(expiresAt),
});

const viewOfRollout = ({ strategy, phase, trafficPercent, alarms }: Rollout) => ({
  strategy,
  phase,
  traffic_percent: trafficPercent,
  alarms: alarms.map(({ name, isOwn, state, alarmedAt }) => ({
    name,
    is_own: isOwn,
    state,
    alarmed_at: isoTimeOrNull(alarmedAt),
  })),
});
