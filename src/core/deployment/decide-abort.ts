/** What the request of a person to end a deployment leads to. */
import type { Deployment } from './deployment.ts';

export type AbortDecision =
  /** It waits: it ends at once. */
  | { kind: 'reject' }
  /** A worker has it: that one ends it before the endpoint is touched, or brings the endpoint back. */
  | { kind: 'record' }
  /** It was aborted before. */
  | { kind: 'same' }
  | { kind: 'over' };

export function decideAbort({ status, abort }: Pick<Deployment, 'status' | 'abort'>): AbortDecision {
  if (abort !== null) return { kind: 'same' };
  switch (status) {
    case 'queued':
    case 'awaiting_approval':
      return { kind: 'reject' };
    case 'in_progress':
      return { kind: 'record' };
    case 'deployed':
    case 'rolled_back':
    case 'failed':
    case 'superseded':
    case 'rejected':
      return { kind: 'over' };
  }
}
