import { linkBase } from './link-base.ts';
import type { GateResult } from '../deployment/decide-gate.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { shortText } from './bounded-json.ts';
import type { NotifyEvent } from './policy.ts';

const slackHosts = /^https:\/\/hooks\.(slack|slack-gov)\.com(:443)?\//i;

/** Whether an address is one of Slack's incoming webhooks, which take messages in Slack's own form. */
export const isSlackAddress = (url: string): boolean => slackHosts.test(url);

interface Links {
  self: string;
  approval?: string;
}

/** Of the 3000 that Slack takes in a section (docs/reference/webhook-behavior.md#what-slack-takes). */
const maxSection = 2500;
const maxRules = 10;

/** A message for an incoming webhook of Slack: `text` for notifications on a screen, `blocks` for the channel. */
export function slackMessage(event: NotifyEvent, deployment: Deployment, links: Links) {
  const title = titleOf(event, deployment);
  const { failureReason, gate, deploymentId, attempts } = deployment;
  const paragraphs = [
    `*${escaped(title)}*`,
    ...(failureReason === null ? [] : [escaped(failureReason)]),
    ...(gate === null ? [] : [linesOf(gate)]),
  ];
  const self = isAddress(links.self) ? `<${links.self}|${deploymentId}>` : deploymentId;
  return {
    text: title,
    blocks: [
      { type: 'section', text: markdown(shortText(paragraphs.join('\n'), maxSection)) },
      ...buttonsOf(links),
      { type: 'context', elements: [markdown(`Deployment ${self}, attempt ${attempts}`)] },
    ],
  };
}

function titleOf(event: NotifyEvent, { trainingJobName: job, endpointName: endpoint }: Deployment): string {
  switch (event) {
    case 'deployed':
      return `${job} is live on ${endpoint}`;
    case 'rolled_back':
      return `${endpoint} was rolled back: ${job} is not live`;
    case 'failed':
      return `Deployment of ${job} to ${endpoint} failed`;
    case 'rejected':
      return `${job} was rejected for ${endpoint}`;
    case 'approval_required':
      return `${job} waits for an approval to go live on ${endpoint}`;
  }
}

const linesOf = ({ verdict, rules }: GateResult): string =>
  [`Gate: ${verdict}`, ...rules.slice(0, maxRules).map((rule) => `• ${rule.metric}: ${rule.reason} (${rule.verdict})`)]
    .map(escaped)
    .join('\n');

function buttonsOf({ approval }: Links) {
  // Slack refuses a message with a relative address.
  if (approval === undefined || !isAddress(approval)) return [];
  return [
    {
      type: 'actions',
      elements: [{ type: 'button', style: 'primary', text: { type: 'plain_text', text: 'Review' }, url: approval }],
    },
  ];
}

const isAddress = (link: string): boolean => /^https?:\/\//.test(link) || link.startsWith(linkBase);
const markdown = (text: string) => ({ type: 'mrkdwn', text });

/** Slack's three control characters. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
