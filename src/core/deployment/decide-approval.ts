/** What the decision of a person about a deployment leads to. */
import type { Deployment } from './deployment.ts';

export interface Decision {
  approves: boolean;
  /** Who decides; null where the API has no keys. */
  by: string | null;
  reason: string | null;
  /** The digest of what the decision is about, where the decider was shown one: a link is about one content alone. */
  content?: string;
}

export type ApprovalDecision =
  | { kind: 'apply' }
  /** It was decided the same way before. */
  | { kind: 'same' }
  | { kind: 'already_decided'; by: string | null; status: 'approved' | 'rejected' }
  | { kind: 'not_awaiting' }
  | { kind: 'expired' }
  /** Who requested the deployment, or its training, may not approve it. */
  | { kind: 'self_approval' };

type Requested = Pick<Deployment, 'status' | 'approval' | 'requestedBy'> & {
  /** The name of the key that requested the training; null where none did. */
  trainingRequestedBy: string | null;
};

/**
 * One decision counts, until the approval expires. Who requested the deployment or its training may still reject it, where the policy keeps
 * them from approving it: a training whose deployment another person has requested is no less the work of its requester.
 */
export function decideApproval(
  { status, approval, requestedBy, trainingRequestedBy }: Requested,
  { approves, by, content }: Decision,
  now: number,
): ApprovalDecision {
  if (approval === null) return { kind: 'not_awaiting' };
  if (content !== undefined && content !== approval.content) return { kind: 'expired' };
  switch (approval.status) {
    case 'approved':
    case 'rejected':
      return (approval.status === 'approved') === approves
        ? { kind: 'same' }
        : { kind: 'already_decided', by: approval.by, status: approval.status };
    case 'expired':
      return { kind: 'expired' };
    case 'pending':
      if (status !== 'awaiting_approval') return { kind: 'not_awaiting' };
      if (isExpired(approval, now)) return { kind: 'expired' };
      return approves && approval.notByRequester && [requestedBy, trainingRequestedBy].some((one) => isSamePerson(by, one))
        ? { kind: 'self_approval' }
        : { kind: 'apply' };
  }
}

export const isExpired = ({ expiresAt }: { expiresAt: number }, now: number): boolean => now >= expiresAt;

/** What the history calls the one who decides by a link, who says the name without a key. */
export const byLink = (name: string): string => `${name}${linkSuffix}`;

const linkSuffix = ' (link)';

const nameOf = (by: string): string => (by.endsWith(linkSuffix) ? by.slice(0, -linkSuffix.length) : by).trim().toLowerCase();

const isSamePerson = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && nameOf(one) === nameOf(other);
