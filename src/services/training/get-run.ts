import type { Deployment } from '../../core/deployment/deployment.ts';
import { ServiceError } from '../../core/errors.ts';
import { type HistoryEntry, historyPageSize } from '../../core/history.ts';
import type { Page, RunView } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';

const maxDeployments = 50;

export interface RunDetails {
  run: RunView;
  /** Newest first. */
  deployments: Page<Deployment>;
  /** Oldest first: the newest entries, or those before `historyBefore`. */
  history: HistoryEntry[];
  hasEarlierHistory: boolean;
}

interface GetRunInput {
  /** In any case, since reading changes nothing. */
  trainingJobName: string;
  /** The id of a history entry. */
  historyBefore?: number | null;
}

/** Returns a run with the newest of its deployments and its history. @throws {ServiceError} `not_found`. */
export async function getRun(
  { store }: ServiceContext,
  { trainingJobName: name, historyBefore = null }: GetRunInput,
): Promise<RunDetails> {
  const run = await store.runs.findInAnyCase(name);
  if (run === null) throw new ServiceError('not_found', `There is no training run named ${name}`);
  const { trainingJobName } = run;
  const [deployments, history] = await Promise.all([
    store.deployments.list({ filter: { trainingJobName }, page: { limit: maxDeployments, cursor: null } }),
    store.history.list({ trainingJobName, limit: historyPageSize + 1, before: historyBefore }),
  ]);
  return { run, deployments, history: history.slice(-historyPageSize), hasEarlierHistory: history.length > historyPageSize };
}
