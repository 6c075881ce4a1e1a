import type { Deployment } from '../deployment/deployment.ts';
import { linksOfDeployment, viewOfDeployment } from '../deployment/deployment-view.ts';
import { boundedJson } from './bounded-json.ts';
import type { NotifyEvent, NotifyPolicy } from './policy.ts';
import { isSlackAddress, slackMessage } from './slack-message.ts';

/** A message about a deployment to one receiver, as it is recorded before it is sent. */
export interface NewNotification {
  /** The same at each try: what the receiver knows a repetition by. */
  webhookId: string;
  deploymentId: string;
  event: NotifyEvent;
  url: string;
  /** The variable of the environment that holds the secret to sign with; null for one that is not signed. */
  secretEnv: string | null;
  /** JSON. */
  body: string;
  createdAt: number;
}

export interface Notification extends NewNotification {
  /** The order of recording. */
  seq: number;
  /** How many tries failed. */
  attempts: number;
  nextAt: number;
}

/** What links in a notification are made of. */
export interface NotificationLinks {
  /** What paths of the API follow: PUBLIC_URL, or BASE_PATH where there is none. */
  base: string;
  /** The page where a person decides; only for `approval_required`. */
  approval: string | null;
}

interface Input {
  /** As it is after the change that is reported. */
  deployment: Deployment;
  event: NotifyEvent;
  /** Of the policy in force. */
  notify: readonly NotifyPolicy[];
  links: NotificationLinks;
  now: number;
}

/** The Standard Webhooks specification asks for less than 20 kB (docs/reference/webhook-behavior.md#the-body-is-small). */
const maxBodyBytes = 20_000;

/**
 * What a change of a deployment makes known, to each receiver of the policy that wants it. The ids follow from the deployment, the event and
 * the receiver's place in the policy, which a deployment keeps, so a repeated transaction makes the same ones. A deployment reaches each
 * outcome once; each of its approvals has another instant.
 */
export function notificationsOf({ deployment, event, notify, links, now }: Input): NewNotification[] {
  const { deploymentId, approval } = deployment;
  const occasion = event === 'approval_required' ? `${event}-${approval?.requestedAt ?? 0}` : event;
  return notify.flatMap(({ url, events, secretEnv }, place) => {
    if (!events.includes(event)) return [];
    const webhookId = `${deploymentId}-${occasion}-${place}`;
    return [
      { webhookId, deploymentId, event, url, secretEnv, body: bodyFor(url, { deployment, event, links, now }), createdAt: now },
    ];
  });
}

function bodyFor(url: string, { deployment, event, links, now }: Omit<Input, 'notify'>): string {
  const data = { ...viewOfDeployment(deployment), links: linksOf(deployment, event, links) };
  if (isSlackAddress(url)) return boundedJson(slackMessage(event, deployment, data.links), maxBodyBytes);
  return boundedJson({ type: `deployment.${event}`, timestamp: new Date(now).toISOString(), data }, maxBodyBytes);
}

function linksOf(deployment: Deployment, event: NotifyEvent, { base, approval }: NotificationLinks) {
  const links = linksOfDeployment(deployment, base.replace(/\/+$/, ''));
  return event === 'approval_required' && approval !== null ? { ...links, approval } : links;
}
