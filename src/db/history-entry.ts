/** An entry of the history as the engines write it. */
import type { Actor, HistorySubject } from '../core/history.ts';

export interface Change<Status> {
  from: Status | null;
  to: Status;
  actor: Actor;
  /** The name of the caller's key; null where the service did it by itself. */
  by?: string | null;
  reason?: string | null;
  detail: string | null;
}

/** Of an endpoint: what became of it by a decision about it alone. */
export type EndpointChangeName = 'held' | 'released' | 'rolling_back';

export type Entry = Change<string> & {
  runSeq: number | null;
  deploymentId: string | null;
  subject: HistorySubject;
  endpointName?: string;
};

/** What repeats, such as a refusal at each observation, is counted: among so many of a run's last entries. */
export const repeatsAmong = 6;

/** A change of status, and a training's phase, is an entry of its own; what is said of a deployment already is counted. */
export const isCounted = ({ subject, from, to }: Entry): boolean => subject === 'deployment' && from === to;
