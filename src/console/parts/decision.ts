import type { ApprovalDetails } from '../../services/delivery/read-approval.ts';
import type { Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { gateTable } from './gate-table.ts';
import { endpointLink, quoted, runLink } from './names.ts';
import { time } from './time.ts';
import { causeOf } from './words.ts';

/** What a person has to know to decide about a deployment. */
export function decisionFacts(frame: Frame, { deployment, metrics, live }: ApprovalDetails): Html {
  const { trainingJobName, endpointName, approval, gate, reason } = deployment;
  const others = Object.entries(metrics ?? {});
  return html`<dl class="facts">
      <dt>Training</dt>
      <dd>${runLink(frame, trainingJobName)}</dd>
      <dt>Endpoint</dt>
      <dd>${endpointLink(frame, endpointName)}</dd>
      <dt>Serves now</dt>
      <dd>${live === null ? 'nothing of this service' : runLink(frame, live)}</dd>
      <dt>Requested</dt>
      <dd>${causeOf(deployment)}</dd>
      ${
        reason === null
          ? ''
          : html`<dt>Why</dt>
              <dd class="quote">${quoted(reason)}</dd>`
      }
      ${
        approval === null
          ? ''
          : html`<dt>Expires</dt>
              <dd>
                ${time(frame, approval.expiresAt)}, and is rejected
                then${approval.notByRequester ? '. Who requested it may not approve it' : ''}
              </dd>`
      }
    </dl>
    ${gate === null ? html`<p class="soft">The policy has no gate: a person decides alone.</p>` : gateTable(frame, gate)}
    ${
      others.length === 0
        ? html`<p class="soft">The training has no metrics.</p>`
        : html`<details class="raw">
            <summary>All metrics of the training (${others.length})</summary>
            <dl class="facts">
              ${others.map(
                ([name, value]) =>
                  html`<dt>${name}</dt>
                    <dd>${value ?? 'no number'}</dd>`,
              )}
            </dl>
          </details>`
    }`;
}
