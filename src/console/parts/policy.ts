import type { DeliveryPolicy, GateRule } from '../../core/delivery/policy.ts';
import { showPolicy } from '../../core/delivery/show-policy.ts';
import { type Html, html } from '../html.ts';
import { formatDuration } from './time.ts';

/** The policy of an endpoint in words, and as the delivery file writes it. */
export function policyList(policy: DeliveryPolicy): Html {
  const { gate, approval, rollout, verify, retention, notify } = policy;
  const rows: readonly (readonly [string, string | Html])[] = [
    [
      'Gate',
      gate === null
        ? 'none: what completes continues'
        : html`${gate.rules.map((rule) => html`<span class="line">${ruleOf(rule)}</span>`)}<span class="line soft"
              >a missing metric: ${gate.onMissing}</span
            >`,
    ],
    ['Approval', approval === null ? 'none' : approvalOf(approval)],
    ['Rollout', rollout === null ? 'all at once' : rolloutOf(rollout)],
    [
      'Verification',
      verify === null
        ? 'none'
        : `${verify.requests.length} ${verify.requests.length === 1 ? 'request' : 'requests'}; on failure: ${verify.onFailure.replace('_', ' ')}`,
    ],
    [
      'Retention',
      retention === null
        ? 'everything is kept'
        : `the last ${retention.keep} deployments, and what is younger than ${retention.minDays} days`,
    ],
    ['Notifications', notify.length === 0 ? 'none' : `${notify.length} ${notify.length === 1 ? 'receiver' : 'receivers'}`],
  ];
  return html`<dl class="facts">
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    <details class="raw">
      <summary>As the delivery file has it</summary>
      <pre tabindex="0">${JSON.stringify(showPolicy(policy), null, 2)}</pre>
    </details>`;
}

function ruleOf(rule: GateRule): string {
  if ('atLeast' in rule) return `${rule.metric} at least ${rule.atLeast}`;
  if ('atMost' in rule) return `${rule.metric} at most ${rule.atMost}`;
  const by = rule.improveBy === 0 ? '' : ` by ${rule.improveBy}`;
  return `${rule.metric} ${rule.better} than what serves${by}`;
}

function approvalOf({ required, expiresSeconds, notByRequester }: NonNullable<DeliveryPolicy['approval']>): string {
  const when = { always: 'always', when_unclear: 'when the gate is unclear', never: 'never' }[required];
  const who = notByRequester ? '; not by who requested it' : '';
  return required === 'never' ? when : `${when}, within ${formatDuration(expiresSeconds * 1000)}${who}`;
}

function rolloutOf({ strategy, sizePercent, bakeSeconds, alarms, guard }: NonNullable<DeliveryPolicy['rollout']>): string {
  return [
    strategy.replaceAll('_', ' '),
    ...(sizePercent === null ? [] : [`${sizePercent} % at a time`]),
    ...(bakeSeconds === 0 ? [] : [`bakes for ${formatDuration(bakeSeconds * 1000)}`]),
    ...(alarms.length === 0 ? [] : [`alarms: ${alarms.join(', ')}`]),
    ...(guard === null ? [] : ['guard alarms of its own']),
  ].join('; ');
}
