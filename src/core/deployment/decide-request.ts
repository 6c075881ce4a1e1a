/** Whether a requested deployment is made, answered with one that is there, or refused in favor of a newer training's. */
import type { Deployment } from './deployment.ts';
import { isNewer, type TrainingOrder } from './order.ts';

/** Null for what is not there. */
export interface RequestObservation {
  /** The run's own, queued or in progress. */
  active: Deployment | null;
  /** The run's own newest one. */
  newestOfRun: Deployment | null;
  /** What went live last on the endpoint. */
  live: Deployment | null;
  /** Of what is queued or in progress on the endpoint, the newest training's. */
  newestActive: Deployment | null;
}

export type RequestDecision =
  | { kind: 'create' }
  | { kind: 'existing'; deployment: Deployment }
  | { kind: 'superseded'; by: Deployment };

/**
 * A run has one active deployment at most, so that a repetition finds it. Unforced, a newer training goes first, and what is deployed
 * is not deployed again; one that ended otherwise is tried again.
 */
export function decideRequest(own: TrainingOrder, forced: boolean, observation: RequestObservation): RequestDecision {
  const { active, newestOfRun, live, newestActive } = observation;
  if (active !== null) return { kind: 'existing', deployment: active };
  if (forced) return { kind: 'create' };
  const by = [live, newestActive].find((other) => other !== null && isNewer(other, own));
  if (by) return { kind: 'superseded', by };
  if (newestOfRun?.status === 'deployed') return { kind: 'existing', deployment: newestOfRun };
  return { kind: 'create' };
}
