import { finishedDeploymentStatuses } from '../core/deployment/deployment.ts';
import { finishedRunStatuses } from '../core/training/training-run.ts';
import type { FinishedCounts } from '../ports/store.ts';
import { countByStatus } from './histograms.ts';
import { endpointsTally, finishedTallies } from './tallies.ts';

/** What `toFinishedCounts` reads. */
export const finishedNames = [finishedTallies.trainings, finishedTallies.deployments, endpointsTally] as const;

interface Found {
  name: string;
  label: string;
  bucket: number;
  count: number;
  sumMs: number;
}

/** With a count for each endpoint and status, so that a series is there before its first end. */
export function toFinishedCounts(found: readonly Found[]): FinishedCounts {
  const named = (wanted: string): Found[] => found.filter(({ name }) => name === wanted);
  const ends = new Map(named(finishedTallies.deployments).map(({ label, count }) => [label, count]));
  const endpoints = named(endpointsTally).map(({ label }) => label);
  // A label ends in the endpoint's key, which is empty for those that have no series of their own.
  const hasOthers = [...ends.keys()].some((label) => label.endsWith(' '));
  return {
    trainings: countByStatus(finishedRunStatuses, named(finishedTallies.trainings)),
    deployments: [...endpoints, ...(hasOthers ? [''] : [])].flatMap((key) =>
      finishedDeploymentStatuses.map((status) => ({
        endpointKey: key === '' ? null : key,
        status,
        count: ends.get(`${status} ${key}`) ?? 0,
      })),
    ),
  };
}
