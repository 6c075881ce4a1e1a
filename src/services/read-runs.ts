import type { Deployment } from '../core/deployment.ts';
import { ServiceError } from '../core/errors.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { Services } from './ports.ts';
import type { RunView } from './store.ts';

const mostDeployments = 100;

/** A run with its deployments, newest first, and its history, oldest first. @throws {ServiceError} `not_found`. */
export async function readRun(
  { store }: Services,
  trainingJobName: string,
): Promise<{ run: RunView; deployments: Deployment[]; history: HistoryEntry[] }> {
  const run = await store.findRun(trainingJobName);
  if (run === null) throw new ServiceError('not_found', `There is no training run named ${trainingJobName}`);
  const [deployments, history] = await Promise.all([
    store.listDeployments({ trainingJobName }, { limit: mostDeployments, cursor: null }),
    store.history(trainingJobName),
  ]);
  return { run, deployments: deployments.items, history };
}
