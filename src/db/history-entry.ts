/** An entry of the history as the engines write it. */
import type { Actor, HistorySubject } from '../core/history.ts';

export interface Change<Status> {
  from: Status | null;
  to: Status;
  actor: Actor;
  detail: string | null;
}

export type Entry = Change<string> & { runSeq: number; deploymentId: string | null; subject: HistorySubject };

/** What repeats, such as a refusal at each observation, is counted: among so many of a run's last entries. */
export const repeatsAmong = 6;

/** A change of status, and a training's phase, is an entry of its own; what is said of a deployment already is counted. */
export const isCounted = ({ subject, from, to }: Entry): boolean => subject === 'deployment' && from === to;
