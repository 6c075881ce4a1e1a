import type { Deployment } from '../../core/deployment/deployment.ts';
import type { ApprovalDetails } from '../../services/delivery/read-approval.ts';
import type { Frame } from '../frame/frame.ts';
import { page } from '../frame/page.ts';
import { type Html, html } from '../html.ts';
import { decisionFacts } from '../parts/decision.ts';
import { emptyState } from '../parts/empty.ts';
import { deploymentLink, endpointLink, quoted, runLink } from '../parts/names.ts';
import { deploymentChip } from '../parts/status-chip.ts';
import { time } from '../parts/time.ts';
import { deploymentActs } from './deployment.ts';

export interface ApprovalsView {
  /** What waits, what expires first coming first. */
  pending: readonly ApprovalDetails[];
  /** How many wait in all. */
  total: number;
  /** The last ones, the newest first. */
  decided: readonly Deployment[];
}

/** What a person has to decide, and what was decided. */
export function approvalsPage(frame: Frame, { pending, total, decided }: ApprovalsView): Html {
  return page(frame, {
    title: 'Approvals',
    section: 'approvals',
    content: html`<h1>Approvals</h1>
      <div id="live" data-live>
        <p class="unseen" data-announce>${total === 1 ? '1 deployment waits' : `${total} deployments wait`} for a decision</p>
        ${
          pending.length === 0
            ? html`<div class="cards">
                ${emptyState({
                  title: 'Nothing waits for a decision',
                  text: 'A deployment waits here where the policy of its endpoint needs a person: approval in the delivery file.',
                })}
              </div>`
            : html`<div class="cards" id="pending-list" data-keep-order>${pending.map((one) => pendingCard(frame, one))}</div>`
        }
        ${total > pending.length ? html`<p class="soft">${total - pending.length} more wait.</p>` : ''}
        <section class="section">
          <h2>Decided</h2>
          <div class="card scroll" tabindex="0" role="region" aria-label="Decided">${decidedTable(frame, decided)}</div>
        </section>
      </div>`,
  });
}

const pendingCard = (frame: Frame, details: ApprovalDetails): Html => {
  const { deployment } = details;
  return html`<article class="card warn stack" id="approval-${deployment.deploymentId}" data-row>
    <div class="heading">
      <h2>${deploymentLink(frame, deployment, html`<span class="name">${deployment.trainingJobName}</span>`)}</h2>
      <span class="soft">to</span> ${endpointLink(frame, deployment.endpointName)} ${deploymentActs(frame, deployment)}
    </div>
    ${decisionFacts(frame, details)}
  </article>`;
};

const decidedTable = (frame: Frame, decided: readonly Deployment[]): Html =>
  decided.length === 0
    ? html`<p class="soft">Nothing was decided yet.</p>`
    : html`<table>
        <caption>
          The last decisions
        </caption>
        <thead>
          <tr>
            <th scope="col">Training</th>
            <th scope="col">Endpoint</th>
            <th scope="col">Decision</th>
            <th scope="col">By</th>
            <th scope="col">When</th>
            <th scope="col">Became</th>
          </tr>
        </thead>
        <tbody>
          ${decided.map((one) => decidedRow(frame, one))}
        </tbody>
      </table>`;

const decidedRow = (frame: Frame, one: Deployment): Html => {
  const { approval } = one;
  return html`<tr>
    <th scope="row">${runLink(frame, one.trainingJobName)}</th>
    <td>${endpointLink(frame, one.endpointName)}</td>
    <td>${approval?.status ?? ''}</td>
    <td>
      ${approval?.by ?? '–'} ${approval?.reason == null ? '' : html`<span class="line quote">${quoted(approval.reason)}</span>`}
    </td>
    <td>${approval?.decidedAt == null ? '–' : time(frame, approval.decidedAt)}</td>
    <td>${deploymentLink(frame, one, deploymentChip(one.status))}</td>
  </tr>`;
};
