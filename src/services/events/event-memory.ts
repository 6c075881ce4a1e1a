import { fullBudget, type ObservationBudget } from '../../core/observation-budget.ts';

/** Why a training that the database does not know is not this service's; null when a worker observes it. */
export type RefusalReason = string | null;

/** What one process remembers of the events that it received. Losing it costs calls, and nothing else. */
export interface EventMemory {
  /** When this process last recorded that events arrive; null before the first. */
  recordedAt: number | null;
  /** Calls to SageMaker that events of unknown trainings may still cost. */
  budget: ObservationBudget;
  /** Responses to events of unknown trainings, by name in lower case. */
  readonly responses: Map<string, { response: Promise<RefusalReason>; at: number; forMs: number }>;
}

export const newEventMemory = (now: number): EventMemory => ({
  recordedAt: null,
  budget: fullBudget(now),
  responses: new Map(),
});
