/** What the page of an approval link shows of a deployment. */
import { isExpired } from '../../core/deployment/decide-approval.ts';
import type { ApprovalLink } from '../../ports/approval-links.ts';
import type { ApprovalDetails } from '../../services/delivery/read-approval.ts';
import type { ApprovalState, ApprovalView } from './approval-page.ts';

export const approvalView = (
  { deployment, metrics, live }: ApprovalDetails,
  link: ApprovalLink,
  state: ApprovalState,
): ApprovalView => ({
  trainingJobName: deployment.trainingJobName,
  endpointName: deployment.endpointName,
  deploymentId: deployment.deploymentId,
  requestedBy: deployment.requestedBy,
  reason: deployment.reason,
  live,
  metrics,
  gate: deployment.gate,
  expiresAt: deployment.approval?.expiresAt ?? link.expiresAt,
  state,
});

/** `now` in milliseconds since 1970 UTC. */
export function stateOf({ deployment }: ApprovalDetails, link: ApprovalLink, now: number): ApprovalState {
  const { approval, status } = deployment;
  if (approval === null || approval.content !== link.content)
    return { kind: 'void', detail: 'The link is not for what the deployment would deploy now.' };
  switch (approval.status) {
    case 'approved':
    case 'rejected': {
      const { by, reason, decidedAt } = approval;
      return { kind: 'decided', decision: approval.status, by, reason, at: decidedAt ?? approval.requestedAt };
    }
    case 'expired':
      return { kind: 'expired' };
    case 'pending':
      if (isExpired(approval, now)) return { kind: 'expired' };
      return status === 'awaiting_approval' ? { kind: 'pending' } : { kind: 'void', detail: `The deployment is ${status}.` };
  }
}
