import type { Deployment } from '../core/deployment.ts';
import { ServiceError } from '../core/errors.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { Services } from './ports.ts';
import type { RunView } from './store.ts';

const mostDeployments = 100;

/**
 * A run with its deployments, newest first, and its history, oldest first; by its name in whatever case, since nothing comes of a look.
 *
 * @throws {ServiceError} `not_found`.
 */
export async function readRun(
  { store }: Services,
  name: string,
): Promise<{ run: RunView; deployments: Deployment[]; history: HistoryEntry[] }> {
  const run = await store.findRunInAnyCase(name);
  if (run === null) throw new ServiceError('not_found', `There is no training run named ${name}`);
  const { trainingJobName } = run;
  const [deployments, history] = await Promise.all([
    store.listDeployments({ trainingJobName }, { limit: mostDeployments, cursor: null }),
    store.history(trainingJobName),
  ]);
  return { run, deployments: deployments.items, history };
}
