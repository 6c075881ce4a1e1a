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

/** The failure reason of a deployment that gives way to `by`, whose training is newer, or which has only gone live since. */
export const supersededReason = (by: Pick<Deployment, 'trainingJobName'>, isByNewer: boolean): string =>
  `superseded by ${by.trainingJobName}, which ${isByNewer ? 'is newer' : 'has gone live since'}`;
