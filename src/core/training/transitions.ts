import type { Transitions } from '../transitions.ts';
import type { TrainingRunStatus } from './training-run.ts';

/**
 * Which status of a training run may follow which. The store's conditions are made from it, and a test holds the state diagram in
 * ARCHITECTURE.md to it. A run that timed out may still get its outcome: SageMaker continued while no worker observed it.
 */
export const trainingRunTransitions: Transitions<TrainingRunStatus> = {
  requested: ['training', 'completed', 'failed', 'stopped', 'timed_out'],
  training: ['completed', 'failed', 'stopped', 'timed_out'],
  timed_out: ['completed', 'failed', 'stopped'],
  completed: [],
  failed: [],
  stopped: [],
};

/** Statuses in which the training may still run at SageMaker, so that a caller may request its stop. */
export const stoppableRunStatuses = ['requested', 'training', 'timed_out'] as const satisfies readonly TrainingRunStatus[];
