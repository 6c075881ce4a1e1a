export const historySubjects = ['training', 'deployment', 'endpoint'] as const;
export type HistorySubject = (typeof historySubjects)[number];

/** Who made a change: one of the detectors, the API on a caller's behalf, or a worker carrying out a step. */
export const actors = ['api', 'poll', 'event', 'reconcile', 'worker'] as const;
export type Actor = (typeof actors)[number];

/** One entry of the history of a run, or of an endpoint alone; `at` in milliseconds since 1970 UTC. */
export interface HistoryEntry {
  /** Increases over all runs, in the order of recording. */
  id: number;
  at: number;
  /** Null for what belongs to an endpoint alone. */
  trainingJobName: string | null;
  /** Of the run, where the entry belongs to one; null where neither is known. */
  endpointName: string | null;
  subject: HistorySubject;
  from: string | null;
  to: string;
  actor: Actor;
  /** The name of the key with which a caller requested it; null where the service did it by itself. */
  by: string | null;
  /** Why, in the words of the caller. */
  reason: string | null;
  detail: string | null;
  deploymentId: string | null;
  /** How often the same entry was recorded. Repeats are counted, not appended. */
  repeats: number;
  /** When the entry was last repeated. */
  lastAt: number;
}

/** How many of a run's entries a page has. */
export const historyPageSize = 200;
