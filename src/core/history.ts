export type HistorySubject = 'training' | 'deployment';

/** Who made a change: one of the detectors, the API on a caller's behalf, or a worker carrying out a step. */
export const actors = ['api', 'poll', 'event', 'reconcile', 'worker'] as const;
export type Actor = (typeof actors)[number];

/** One entry of a run's history; `at` in milliseconds since 1970 UTC. */
export interface HistoryEntry {
  /** Counts up over all runs, in the order of recording. */
  id: number;
  at: number;
  subject: HistorySubject;
  from: string | null;
  to: string;
  actor: Actor;
  detail: string | null;
  deploymentId: string | null;
  /** How often the same was said; such entries are counted, not appended. */
  repeats: number;
  /** When it was said last. */
  lastAt: number;
}

/** Of a run's entries, the newest so many are shown; the others page by page. */
export const historyPageSize = 200;
