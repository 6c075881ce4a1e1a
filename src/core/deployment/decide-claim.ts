/** Whether a queued deployment is claimed now, waits for its turn, or gives way to what has gone live. */
import { type Deployment, isRestore } from './deployment.ts';
import { type Hold, holdDetail, isHeld } from './endpoint-record.ts';
import { givesWayTo } from './order.ts';

/** Of the endpoint; null for what is not there. */
export interface ClaimObservation {
  inProgress: Deployment | null;
  /** Of what is queued, the one to go next: the forced one that was requested first, or else the newest training's. */
  next: Deployment | null;
  /** What went live last. */
  live: Deployment | null;
  /** null for an endpoint that was never held. */
  hold: Hold | null;
}

export type ClaimDecision =
  | { kind: 'claim' }
  /** `detail`: for people. */
  | { kind: 'wait'; behind: Deployment; detail: string }
  | { kind: 'hold'; detail: string }
  | { kind: 'supersede'; by: Deployment };

/**
 * One deployment at a time is in progress on an endpoint. A forced one is never superseded, but for a restoration of what was live
 * when something else has gone live since. An endpoint that is held takes none but forced ones.
 */
export function decideClaim(own: Deployment, { inProgress, next, live, hold }: ClaimObservation): ClaimDecision {
  const behind = inProgress ?? (next !== null && next.seq !== own.seq ? next : null);
  if (behind !== null) return { kind: 'wait', behind, detail: `the deployment of ${behind.trainingJobName} goes first` };
  const isSuperseded = live !== null && (isRestore(own) ? live.runSeq !== own.runSeq : givesWayTo(own, live));
  if (isSuperseded) return { kind: 'supersede', by: live };
  return hold !== null && isHeld(hold) && !own.forced ? { kind: 'hold', detail: holdDetail(hold) } : { kind: 'claim' };
}
