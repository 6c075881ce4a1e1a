import type { Deployment } from '../../core/deployment/deployment.ts';
import type { Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { chip } from './status-chip.ts';
import { time } from './time.ts';

/** The rollout as SageMaker shows it, its alarms, and how the endpoint did when it was verified; nothing where the policy has none. */
export function rolloutFacts(frame: Frame, { rollout, verification }: Pick<Deployment, 'rollout' | 'verification'>): Html | '' {
  if (rollout === null && verification === null) return '';
  return html`<dl class="facts">
    ${
      rollout === null
        ? ''
        : html`<dt>Rollout</dt>
            <dd>
              ${rollout.strategy.replaceAll('_', ' ')}${rollout.phase === null ? '' : `, ${rollout.phase}`}
              ${
                rollout.trafficPercent === null
                  ? ''
                  : html`<progress max="100" value="${rollout.trafficPercent}" aria-label="Traffic"></progress>
                      ${rollout.trafficPercent} %`
              }
            </dd>
            ${rollout.alarms.map(
              ({ name, state, alarmedAt }) =>
                html`<dt>Alarm</dt>
                  <dd>
                    <span class="name">${name}</span> ${alarmChip(state)}
                    ${alarmedAt === null ? '' : html`<span class="soft">in alarm ${time(frame, alarmedAt)}</span>`}
                  </dd>`,
            )}`
    }
    ${
      verification === null
        ? ''
        : html`<dt>Verification</dt>
            <dd>
              ${verification.status}: ${verification.requests - verification.failures.length} of ${verification.requests} as
              expected ${verification.failures.map((failure) => html`<span class="line bad">${failure}</span>`)}
            </dd>`
    }
  </dl>`;
}

function alarmChip(state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | null): Html {
  switch (state) {
    case 'OK':
      return chip({ tone: 'good', icon: 'check', word: 'OK' });
    case 'ALARM':
      return chip({ tone: 'bad', icon: 'warning', word: 'In alarm' });
    case 'INSUFFICIENT_DATA':
      return chip({ tone: 'idle', icon: 'dash', word: 'Too little data' });
    case null:
      return chip({ tone: 'idle', icon: 'dash', word: 'Not read yet' });
  }
}
