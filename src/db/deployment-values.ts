/** What the engines write of a deployment, where they write the same. */
import type { Deployment } from '../core/deployment/deployment.ts';
import { trainingOrder } from '../core/deployment/order.ts';
import type { TrainingRun } from '../core/training/training-run.ts';
import type { NewDeployment } from '../ports/store.ts';

/** What an endpoint is known by here: SageMaker tells endpoints apart without regard to case. */
export const endpointKeyOf = (endpointName: string): string => endpointName.toLowerCase();

/** The row of a run's next attempt, which is queued. */
export const nextAttempt = (run: TrainingRun, wanted: NewDeployment, formerAttempts: number, now: number) => ({
  ...wanted,
  runSeq: run.seq,
  trainingJobName: run.trainingJobName,
  endpointName: run.endpointName,
  endpointKey: endpointKeyOf(run.endpointName),
  status: 'queued' as const,
  step: 'model' as const,
  attempts: formerAttempts + 1,
  trainingCreatedAt: trainingOrder(run).trainingCreatedAt,
  trainingEndedAt: run.trainingEndedAt,
  detectedAt: run.finishedAt,
  detectedBy: run.finishedBy,
  createdAt: now,
});

/** Of a deployment that waits no longer. */
export const notWaiting = { waitsForKind: null, waitsForSince: null, waitsForDetail: null } satisfies Partial<Deployment>;
