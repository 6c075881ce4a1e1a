import type { Deployment } from '../../core/deployment/deployment.ts';
import { ServiceError } from '../../core/errors.ts';
import { type HistoryEntry, historyPageSize } from '../../core/history.ts';
import type { ServiceContext } from '../context.ts';

export interface DeploymentDetails {
  deployment: Deployment;
  /** Oldest first: the newest entries, or those before `historyBefore`. */
  history: HistoryEntry[];
  hasEarlierHistory: boolean;
}

/** Returns a deployment with its history. `historyBefore`: the id of an entry. @throws {ServiceError} `not_found`. */
export async function getDeployment(
  { store }: ServiceContext,
  { deploymentId, historyBefore = null }: { deploymentId: string; historyBefore?: number | null },
): Promise<DeploymentDetails> {
  const deployment = await store.deployments.find(deploymentId);
  if (deployment === null) throw noSuchDeployment();
  const { trainingJobName } = deployment;
  const history = await store.history.list({
    trainingJobName,
    deploymentId,
    limit: historyPageSize + 1,
    before: historyBefore,
  });
  return { deployment, history: history.slice(-historyPageSize), hasEarlierHistory: history.length > historyPageSize };
}

export const noSuchDeployment = (): ServiceError => new ServiceError('not_found', 'There is no deployment of this id');
