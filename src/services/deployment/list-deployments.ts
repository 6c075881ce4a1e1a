import { countBy } from '../../core/count-by.ts';
import { type Deployment, type DeploymentStatus, deploymentStatuses } from '../../core/deployment/deployment.ts';
import type { DeploymentFilter, Page } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';

export interface DeploymentList {
  page: Page<Deployment>;
  /** By status, under the filter's other members. */
  counts: Record<DeploymentStatus, number>;
}

/** Returns a page of deployments, newest first, with how many there are of each status. */
export async function listDeployments(
  { store }: ServiceContext,
  { filter, page }: { filter: DeploymentFilter; page: { limit: number; cursor: string | null } },
): Promise<DeploymentList> {
  const { statuses: _, ...others } = filter;
  // All of them are counted already.
  const countAll = async () => (await store.metrics.counts()).deployments;
  const countSome = async () => countBy(deploymentStatuses, await store.deployments.count(others), ({ status }) => status);
  const isAll = Object.values(others).every((member) => member === undefined);
  const [deployments, counts] = await Promise.all([store.deployments.list({ filter, page }), isAll ? countAll() : countSome()]);
  return { page: deployments, counts };
}
