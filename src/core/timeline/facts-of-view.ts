/** What the sentences need, from what the API shows: for programs that have its JSON. */
import type { viewOfDeployment } from '../deployment/deployment-view.ts';
import type { TrainingRunStatus } from '../training/training-run.ts';
import type { FailureKind } from '../failure-kind.ts';
import type { DeploymentFacts, RunFacts } from './facts.ts';

type DeploymentView = ReturnType<typeof viewOfDeployment>;

/** The members of a run in the API's JSON that the sentences need. */
export interface RunView {
  status: TrainingRunStatus;
  auto_deploy: boolean;
  endpoint_name: string;
  secondary_status: string | null;
  failure_reason: string | null;
  failure_kind: FailureKind | null;
  created_at: string;
  finished_at: string | null;
  training_created_at: string | null;
}

const instant = (text: string | null): number | null => (text === null ? null : Date.parse(text));

export const factsOfRunView = (view: RunView): RunFacts => ({
  status: view.status,
  autoDeploy: view.auto_deploy,
  endpointName: view.endpoint_name,
  secondaryStatus: view.secondary_status,
  failureReason: view.failure_reason,
  failureKind: view.failure_kind,
  createdAt: Date.parse(view.created_at),
  finishedAt: instant(view.finished_at),
  trainingSinceAt: instant(view.training_created_at),
});

type Shown = Pick<
  DeploymentView,
  | 'deployment_id'
  | 'status'
  | 'step'
  | 'trigger'
  | 'attempts'
  | 'endpoint_name'
  | 'failure_reason'
  | 'failure_kind'
  | 'superseded_by'
  | 'waits_for'
  | 'requested_by'
  | 'reason'
  | 'created_at'
  | 'started_at'
  | 'finished_at'
  | 'training_ended_at'
  | 'detected_by'
  | 'in_service_at'
> & {
  approval: Pick<NonNullable<DeploymentView['approval']>, 'status' | 'by' | 'reason' | 'requested_at' | 'expires_at'> | null;
  rollout: Pick<NonNullable<DeploymentView['rollout']>, 'strategy' | 'phase' | 'traffic_percent'> | null;
  verification: Pick<NonNullable<DeploymentView['verification']>, 'status' | 'requests' | 'failures'> | null;
};

export const factsOfDeploymentView = (view: Shown): DeploymentFacts => ({
  deploymentId: view.deployment_id,
  status: view.status,
  step: view.step,
  trigger: view.trigger,
  attempts: view.attempts,
  endpointName: view.endpoint_name,
  failureReason: view.failure_reason,
  failureKind: view.failure_kind,
  supersededBy: view.superseded_by,
  waitsForKind: view.waits_for?.kind ?? null,
  waitsForSince: instant(view.waits_for?.since ?? null),
  waitsForDetail: view.waits_for?.detail ?? null,
  requestedBy: view.requested_by,
  reason: view.reason,
  createdAt: Date.parse(view.created_at),
  startedAt: instant(view.started_at),
  finishedAt: instant(view.finished_at),
  trainingEndedAt: instant(view.training_ended_at),
  detectedBy: view.detected_by,
  inServiceAt: instant(view.in_service_at),
  approval: view.approval && {
    status: view.approval.status,
    by: view.approval.by,
    reason: view.approval.reason,
    requestedAt: Date.parse(view.approval.requested_at),
    expiresAt: Date.parse(view.approval.expires_at),
  },
  rollout: view.rollout && {
    strategy: view.rollout.strategy,
    phase: view.rollout.phase,
    trafficPercent: view.rollout.traffic_percent,
  },
  verification: view.verification,
});
