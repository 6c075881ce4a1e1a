import type { DeploymentBody, DeploymentDetailsBody } from '../../api/schemas/deployment.ts';
import type { TrainingRunDetailsBody } from '../../api/schemas/training-run.ts';
import type { Api, Requested } from '../http/api.ts';

/** A run and the deployment that is watched: the newest one, or the one of an id. */
export interface Snapshot {
  run: TrainingRunDetailsBody;
  deployment: DeploymentBody | null;
}

export const pathOfRun = (name: string): string => `/training-jobs/${encodeURIComponent(name)}`;
export const pathOfDeployment = (id: string): string => `/deployments/${encodeURIComponent(id)}`;
export const pathOfEndpoint = (name: string): string => `/endpoints/${encodeURIComponent(name)}`;

export async function readSnapshot(
  api: Api,
  { trainingJobName, deploymentId }: { trainingJobName: string; deploymentId: string | null },
  requested: Requested = {},
): Promise<Snapshot> {
  const run = await api.get<TrainingRunDetailsBody>(pathOfRun(trainingJobName), requested);
  if (deploymentId === null) return { run, deployment: run.deployments[0] ?? null };
  const deployment =
    run.deployments.find((one) => one.deployment_id === deploymentId) ??
    (await api.get<DeploymentDetailsBody>(pathOfDeployment(deploymentId), requested));
  return { run, deployment };
}
