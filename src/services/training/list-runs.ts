import { countBy } from '../../core/count-by.ts';
import { type DeploymentStatus, deploymentStatuses } from '../../core/deployment/deployment.ts';
import { type TrainingRunStatus, trainingRunStatuses } from '../../core/training/training-run.ts';
import type { Page, RunFilter, RunView } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';

export interface RunList {
  page: Page<RunView>;
  /** Each under the filter's other members. */
  counts: { status: Record<TrainingRunStatus, number>; deploymentStatus: Record<DeploymentStatus | 'none', number> };
}

/** Returns a page of runs, newest first, with how many there are of each status. */
export async function listRuns(
  { store }: ServiceContext,
  { filter, page }: { filter: RunFilter; page: { limit: number; cursor: string | null } },
): Promise<RunList> {
  const { statuses, deploymentStatuses: wanted, ...others } = filter;
  const [runs, counted] = await Promise.all([store.runs.list({ filter, page }), store.runs.count(others)]);
  const ofWanted = counted.filter(({ deploymentStatus }) => wanted === undefined || wanted.includes(deploymentStatus));
  const ofStatuses = counted.filter(({ status }) => statuses === undefined || statuses.includes(status));
  return {
    page: runs,
    counts: {
      status: countBy(trainingRunStatuses, ofWanted, ({ status }) => status),
      deploymentStatus: countBy(['none', ...deploymentStatuses] as const, ofStatuses, ({ deploymentStatus }) => deploymentStatus),
    },
  };
}
