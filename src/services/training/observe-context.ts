import type { Trigger } from '../../core/deployment/deployment.ts';
import type { Actor } from '../../core/history.ts';

export interface ObserveContext {
  /** Who looks: the detector that a completion is put down to. */
  actor: Extract<Actor, Trigger>;
  /** Of the look before, when that one could not see (Snooze). */
  failingSince: number | null;
  signal?: AbortSignal;
}
