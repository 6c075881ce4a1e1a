import type { GateResult, Verdict } from '../../core/deployment/decide-gate.ts';
import type { Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { runLink } from './names.ts';
import { chip } from './status-chip.ts';

export const verdictChip = (verdict: Verdict): Html => {
  switch (verdict) {
    case 'passed':
      return chip({ tone: 'good', icon: 'check', word: 'Passed' });
    case 'failed':
      return chip({ tone: 'bad', icon: 'cross', word: 'Failed' });
    case 'unclear':
      return chip({ tone: 'warn', icon: 'warning', word: 'Unclear' });
  }
};

/** The whole reckoning of a gate. */
export const gateTable = (frame: Frame, gate: GateResult): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="Gate">
    <table>
      <caption>
        Gate: ${verdictChip(gate.verdict)} ${gate.against === null ? '' : html`compared with ${runLink(frame, gate.against)}`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Rule</th>
          <th scope="col" class="number">Value</th>
          <th scope="col" class="number">Serves now</th>
          <th scope="col" class="number">Against</th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        ${gate.rules.map(
          (rule) =>
            html`<tr>
              <th scope="row">${rule.metric}</th>
              <td class="words">${rule.rule}</td>
              <td class="number">${rule.value ?? 'none'}</td>
              <td class="number">${rule.baseline ?? '–'}</td>
              <td class="number">${rule.threshold ?? '–'}</td>
              <td>${verdictChip(rule.verdict)} <span class="soft">${rule.reason}</span></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
