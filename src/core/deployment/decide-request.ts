/** Whether a requested deployment is made, answered with one that is there, or refused in favor of a newer training's. */
import { isSameShape } from '../shapes/same-shape.ts';
import type { Deployment, DeploymentShapes } from './deployment.ts';
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
  /** Why only a force deploys the training; null where nothing turned it down. */
  turnedDown: string | null;
}

export type RequestDecision =
  | { kind: 'create' }
  | { kind: 'existing'; deployment: Deployment }
  /** The run's own one waits, and is forced from now on (forcedFrom). */
  | { kind: 'force'; deployment: Deployment }
  | { kind: 'superseded'; by: Deployment }
  | { kind: 'rejected'; why: string }
  /** The run's own active one is made of something else. */
  | { kind: 'busy'; deployment: Deployment };

export interface WantedDeployment {
  forced: boolean;
  /** Whether it passes over gate and approval, too. */
  overrides?: boolean;
  /** What the caller wants it to be made of; null for whatever it is made of. */
  shapes: DeploymentShapes | null;
}

/**
 * A run has one active deployment at most, so that a repetition finds it. Unforced, a newer training goes first, and what is deployed
 * is not deployed again, unless of something else than it is made of; one that ended otherwise is tried again.
 */
export function decideRequest(
  own: TrainingOrder,
  { forced, overrides = false, shapes }: WantedDeployment,
  observation: RequestObservation,
): RequestDecision {
  const { active, newestOfRun, live, newestActive, turnedDown } = observation;
  const isMadeSo = (deployment: Deployment): boolean => shapes === null || isSameShape(deployment.shapes, shapes);
  if (active !== null) {
    const isMore = (forced && !active.forced) || (overrides && !active.overrides);
    const kind = !isMadeSo(active) ? 'busy' : isMore && active.status !== 'in_progress' ? 'force' : 'existing';
    return { kind, deployment: active };
  }
  if (forced) return { kind: 'create' };
  const by = [live, newestActive].find((other) => other !== null && isNewer(other, own));
  if (by) return { kind: 'superseded', by };
  if (newestOfRun?.status === 'deployed' && isMadeSo(newestOfRun) && (turnedDown === null || live?.runSeq === own.runSeq))
    return { kind: 'existing', deployment: newestOfRun };
  if (turnedDown !== null) return { kind: 'rejected', why: turnedDown };
  return { kind: 'create' };
}

/**
 * What a forced request changes of the run's deployment that waits: it passes over order and hold, and as an override over gate and approval,
 * also where that is awaited already.
 */
export function forcedFrom(
  own: Deployment,
  overrides: boolean,
): Pick<Deployment, 'forced' | 'overrides' | 'status' | 'step' | 'approval'> {
  const { status, step, approval } = own;
  if (!overrides) return { forced: true, overrides: own.overrides, status, step, approval };
  return {
    forced: true,
    overrides: true,
    status: 'queued',
    step: step === 'gate' ? 'model' : step,
    approval: approval?.status === 'pending' ? null : approval,
  };
}
