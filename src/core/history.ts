export type HistorySubject = 'training' | 'deployment';

/** Who made a change: one of the detectors, the API on a caller's behalf, or a worker carrying out a step. */
export const actors = ['api', 'poll', 'event', 'reconcile', 'worker'] as const;
export type Actor = (typeof actors)[number];

/** One entry of a run's history; `at` in milliseconds since 1970 UTC. */
export interface HistoryEntry {
  at: number;
  subject: HistorySubject;
  from: string | null;
  to: string;
  actor: Actor;
  detail: string | null;
  deploymentId: string | null;
}
