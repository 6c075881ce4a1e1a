import type { Deployment } from '../../core/deployment/deployment.ts';
import type { ServiceContext } from '../context.ts';
import { noSuchDeployment } from '../deployment/get-deployment.ts';

/** What a person has to know who decides about a deployment. */
export interface ApprovalDetails {
  deployment: Deployment;
  metrics: Readonly<Record<string, number>> | null;
  /** The training job that is live; null where nothing of this service is. */
  live: string | null;
}

/** @throws {ServiceError} `not_found`. */
export async function readApproval(
  { store }: ServiceContext,
  { deploymentId }: { deploymentId: string },
): Promise<ApprovalDetails> {
  const deployment = await store.deployments.find(deploymentId);
  if (deployment === null) throw noSuchDeployment();
  const [run, live] = await Promise.all([
    store.runs.find(deployment.trainingJobName),
    store.deployments.findLive(deployment.endpointName),
  ]);
  return { deployment, metrics: run?.metrics ?? null, live: live?.trainingJobName ?? null };
}
