import type { DeploymentStatus } from '../deployment/deployment.ts';
import type { TrainingRun } from './training-run.ts';

const isoTime = (at: number): string => new Date(at).toISOString();
const isoTimeOrNull = (at: number | null): string | null => (at === null ? null : isoTime(at));

/** A run as the API and the files of the console show it: snake case, instants in ISO 8601. It holds no secret. */
export const viewOfRun = (run: TrainingRun & { deploymentStatus: DeploymentStatus | 'none' }) => ({
  training_job_name: run.trainingJobName,
  training_job_arn: run.trainingJobArn,
  project: run.project,
  endpoint_name: run.endpointName,
  auto_deploy: run.autoDeploy,
  status: run.status,
  secondary_status: run.secondaryStatus,
  deployment_status: run.deploymentStatus,
  failure_reason: run.failureReason,
  failure_kind: run.failureKind,
  model_artifact: run.modelArtifact,
  metrics: run.metrics,
  created_at: isoTime(run.createdAt),
  training_created_at: isoTimeOrNull(run.trainingCreatedAt),
  updated_at: isoTime(run.updatedAt),
  finished_at: isoTimeOrNull(run.finishedAt),
});
