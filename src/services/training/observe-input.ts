import type { Trigger } from '../../core/deployment/deployment.ts';
import type { Actor } from '../../core/history.ts';

/** On whose behalf a worker observes. */
export interface Observer {
  /** The detector that a completion is attributed to. */
  actor: Extract<Actor, Trigger>;
  /** Since when earlier observations have failed (Snooze). */
  failingSince: number | null;
  signal?: AbortSignal;
}

export interface ObserveInput extends Observer {
  trainingJobName: string;
}
