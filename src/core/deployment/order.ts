import type { TrainingRun } from '../training/training-run.ts';
import type { Deployment } from './deployment.ts';

/** What trainings are ordered by on an endpoint: the newest one wins. */
export type TrainingOrder = Pick<Deployment, 'trainingCreatedAt' | 'runSeq'>;

/**
 * Of a completed run: SageMaker's CreationTime, which one clock has made for all of them, and the order of recording. Runs without it
 * have the instant of the request.
 */
export const trainingOrder = (run: Pick<TrainingRun, 'seq' | 'trainingCreatedAt' | 'createdAt'>): TrainingOrder => ({
  trainingCreatedAt: run.trainingCreatedAt ?? run.createdAt,
  runSeq: run.seq,
});

/** Whether the first one's training is the newer one: made later at SageMaker or, in the same instant, recorded later. */
export const isNewer = (one: TrainingOrder, other: TrainingOrder): boolean =>
  one.trainingCreatedAt === other.trainingCreatedAt ? one.runSeq > other.runSeq : one.trainingCreatedAt > other.trainingCreatedAt;

type Queued = TrainingOrder & Pick<Deployment, 'seq' | 'forced'>;

/**
 * The order of what waits on an endpoint, for `toSorted`: forced ones first, as they were requested, then the newest training. The store
 * selects the first one by its own means; the conformance suite holds it to this order.
 */
export function compareQueued(one: Queued, other: Queued): number {
  if (one.forced !== other.forced) return one.forced ? -1 : 1;
  if (one.forced) return one.seq - other.seq;
  return isNewer(one, other) ? -1 : 1;
}

/** Whether what waits gives way to what is live: its training is older, and no caller forced it. The store supersedes these. */
export const givesWayTo = (waiting: Queued, live: TrainingOrder): boolean => !waiting.forced && isNewer(live, waiting);

/** The failure reason of a deployment that gives way to `by`, whose training is newer, or which has only gone live since. */
export const supersededReason = (by: Pick<Deployment, 'trainingJobName'>, isByNewer: boolean): string =>
  `superseded by ${by.trainingJobName}, which ${isByNewer ? 'is newer' : 'has gone live since'}`;
