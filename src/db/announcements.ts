/** What a change of a deployment makes known: written with it. */
import type { Deployment, DeploymentStatus } from '../core/deployment/deployment.ts';
import { linkBase } from '../core/delivery/link-base.ts';
import { type NewNotification, notificationsOf } from '../core/delivery/notification.ts';
import type { NotifyEvent } from '../core/delivery/policy.ts';
import type { Change } from './history-entry.ts';

/** `approvalPath`: of the page where a person decides, behind what the paths of the API follow. */
export type DeploymentChange = Change<DeploymentStatus> & { approvalPath?: string };

const events: Partial<Record<DeploymentStatus, NotifyEvent>> = {
  awaiting_approval: 'approval_required',
  deployed: 'deployed',
  rolled_back: 'rolled_back',
  failed: 'failed',
  rejected: 'rejected',
};

/** `deployment`: as it is after the change. One that ended before its turn has the policy that was in force then. */
export function announcements(
  deployment: Deployment,
  { from, to, approvalPath }: DeploymentChange,
  now: number,
): NewNotification[] {
  const event = from === to ? undefined : events[to];
  if (event === undefined || deployment.policy === null) return [];
  const links = { base: linkBase, approval: approvalPath === undefined ? null : `${linkBase}${approvalPath}` };
  return notificationsOf({ deployment, event, notify: deployment.policy.notify, links, now });
}
