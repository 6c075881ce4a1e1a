import type { Deployment } from '../../core/deployment/deployment.ts';
import { ServiceError } from '../../core/errors.ts';
import { type HistoryEntry, historyPageSize } from '../../core/history.ts';
import type { ServiceContext } from '../context.ts';
import type { Page, RunView } from '../../ports/store.ts';

const mostDeployments = 50;

export interface RunDetails {
  run: RunView;
  /** Newest first. */
  deployments: Page<Deployment>;
  /** Oldest first: the newest entries, or those before the one that was asked for. */
  history: HistoryEntry[];
  hasEarlierHistory: boolean;
}

/**
 * A run with the newest of its deployments and its history; by its name in whatever case, since nothing comes of a look.
 *
 * @throws {ServiceError} `not_found`.
 */
export async function readRun(
  { store }: ServiceContext,
  name: string,
  { historyBefore = null }: { historyBefore?: number | null } = {},
): Promise<RunDetails> {
  const run = await store.runs.findInAnyCase(name);
  if (run === null) throw new ServiceError('not_found', `There is no training run named ${name}`);
  const { trainingJobName } = run;
  const [deployments, history] = await Promise.all([
    store.deployments.list({ filter: { trainingJobName }, page: { limit: mostDeployments, cursor: null } }),
    store.history.list({ trainingJobName, limit: historyPageSize + 1, before: historyBefore }),
  ]);
  return { run, deployments, history: history.slice(-historyPageSize), hasEarlierHistory: history.length > historyPageSize };
}
