/** What the policy made of one deployment: gate, approval, rollout, verification. */
import type { Deployment } from '../../core/deployment/deployment.ts';
import type { Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { endpointLink, longText, runLink } from '../parts/names.ts';
import { clock, time } from '../parts/time.ts';
import { causeOf } from '../parts/words.ts';
import { formatMetric } from './sparkline.ts';

const verdictTone = { passed: 'good', failed: 'bad', unclear: 'warn' } as const;

export function attemptDetails(frame: Frame, own: Deployment): Html {
  const { gate, approval, rollout, verification, failureReason, failureKind, startedAt, finishedAt } = own;
  return html`<dl class="facts">
      <dt>Requested</dt>
      <dd>
        ${time(frame, own.createdAt)},
        ${causeOf(own)}${own.forced ? ', forced' : ''}${own.overrides ? ', past gate and approval' : ''}
      </dd>
      ${
        own.reason === null
          ? ''
          : html`<dt>Reason</dt>
              <dd>${longText(own.reason)}</dd>`
      }
      ${
        startedAt === null
          ? ''
          : html`<dt>Began</dt>
              <dd>${time(frame, startedAt)}</dd>`
      }
      ${
        finishedAt === null
          ? ''
          : html`<dt>Ended</dt>
              <dd>${time(frame, finishedAt)}</dd>`
      }
      <dt>Endpoint</dt>
      <dd>${endpointLink(frame, own.endpointName)}</dd>
      <dt>Model</dt>
      <dd class="name">${own.modelName}</dd>
      ${
        own.endpointConfigName === null
          ? ''
          : html`<dt>Configuration</dt>
              <dd class="name">${own.endpointConfigName}</dd>`
      }
      ${
        own.supersededBy === null
          ? ''
          : html`<dt>Superseded by</dt>
              <dd>${runLink(frame, own.supersededBy)}</dd>`
      }
      ${
        failureReason === null
          ? ''
          : html`<dt>
                Reason of the
                end${failureKind === null ? '' : html` <span class="note">${failureKind.replaceAll('_', ' ')}</span>`}
              </dt>
              <dd>${longText(failureReason)}</dd>`
      }
      ${
        approval === null
          ? ''
          : html`<dt>Approval</dt>
              <dd>
                ${approval.status}${approval.by === null ? '' : ` by ${approval.by}`}${approval.decidedAt === null ? html`, until ${clock(frame, approval.expiresAt)}` : html`, ${time(frame, approval.decidedAt)}`}${approval.reason === null ? '' : html`: ${longText(approval.reason)}`}
              </dd>`
      }
      ${
        rollout === null
          ? ''
          : html`<dt>Rollout</dt>
              <dd>
                ${rolloutText(rollout)}${
                  rollout.alarms.length === 0
                    ? ''
                    : html`<ul class="plain">
                        ${rollout.alarms.map(({ name, state, alarmedAt }) => html`<li><span class="name">${name}</span> <span class="${alarmedAt === null ? 'soft' : 'bad'}">${alarmedAt === null ? (state ?? 'not seen yet') : html`in ALARM ${time(frame, alarmedAt)}`}</span></li>`)}
                      </ul>`
                }
              </dd>`
      }
      ${
        verification === null
          ? ''
          : html`<dt>Verification</dt>
              <dd class="${verification.status === 'failed' ? 'bad' : ''}">
                ${verification.status}, ${verification.requests}
                ${verification.requests === 1 ? 'request' : 'requests'}${
                  verification.failures.length === 0
                    ? ''
                    : html`<ul class="plain">
                        ${verification.failures.map((failure) => html`<li>${longText(failure)}</li>`)}
                      </ul>`
                }
              </dd>`
      }
    </dl>
    ${gate === null ? '' : gateTable(frame, gate)}`;
}

const rolloutText = ({ strategy, phase, trafficPercent }: NonNullable<Deployment['rollout']>): string =>
  [
    strategy.replaceAll('_', ' '),
    phase?.replaceAll('_', ' '),
    trafficPercent === null ? undefined : `${trafficPercent} % of the traffic`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');

const gateTable = (frame: Frame, { verdict, against, rules }: NonNullable<Deployment['gate']>): Html =>
  html`<h3 class="gate-title">
      Gate:
      <span class="${verdictTone[verdict]}">${verdict}</span
      >${against === null ? '' : html` <span class="note">against ${runLink(frame, against)}</span>`}
    </h3>
    <div class="scroll" role="group" aria-label="Gate" tabindex="0">
      <table>
        <caption class="unseen">
          The rules of the gate
        </caption>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col">Rule</th>
            <th scope="col" class="number">Value</th>
            <th scope="col" class="number">Serves</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          ${rules.map(
            ({ metric, rule, value, baseline, verdict: of, reason }) =>
              html`<tr>
                <th scope="row" class="name">${metric}</th>
                <td class="words">${rule}</td>
                <td class="number">${value === null ? 'none' : formatMetric(value)}</td>
                <td class="number">${baseline === null ? '' : formatMetric(baseline)}</td>
                <td class="${verdictTone[of]}">${of}: ${reason}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
