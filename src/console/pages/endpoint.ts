import type { Deployment } from '../../core/deployment/deployment.ts';
import { isHeld } from '../../core/deployment/endpoint-record.ts';
import { addressOf, type Frame, may, pathTo } from '../frame/frame.ts';
import { page } from '../frame/page.ts';
import { type Html, html } from '../html.ts';
import { historyList } from '../parts/history-list.ts';
import { outcomeMarks } from '../parts/marks.ts';
import { modelsTable } from '../parts/models-table.ts';
import { actLink, deploymentLink, longText, quoted, runLink } from '../parts/names.ts';
import { policyList } from '../parts/policy.ts';
import { rolloutFacts } from '../parts/rollout.ts';
import { chip, deploymentChip, runChip } from '../parts/status-chip.ts';
import { stepRow } from '../parts/steps.ts';
import { formatDuration, time } from '../parts/time.ts';
import { causeOf, waitOf } from '../parts/words.ts';
import type { EndpointView } from '../views/endpoint-page.ts';

/** Everything of one endpoint. */
export function endpointPage(frame: Frame, view: EndpointView): Html {
  const { endpointName, record, concern, outcomes } = view;
  const level = concern.level === 'problem' ? 'bad' : 'warn';
  return page(frame, {
    title: endpointName,
    section: 'endpoints',
    content: html`<div id="live" data-live data-follow="?endpoint_name=${encodeURIComponent(endpointName)}">
      <div class="heading">
        <h1 class="name">${endpointName}</h1>
        ${isHeld(record) ? chip({ tone: 'warn', icon: 'pause', word: 'Held' }) : ''} ${outcomeMarks(outcomes)}
        ${acts(frame, view)}
      </div>
      <p class="unseen" data-announce>${summaryOf(view)}</p>
      ${concern.texts.map((text) => html`<p class="alert ${level} section">${longText(text)}</p>`)}
      <div class="columns">
        <section class="card">
          <h2>Live</h2>
          ${servingOf(frame, view)}
        </section>
        <section class="card">
          <h2>In progress</h2>
          ${view.inProgress === null && view.inTraining.length === 0 ? html`<p class="soft">Nothing</p>` : ''}
          ${view.inProgress === null ? '' : inProgressOf(frame, view.inProgress)}
          ${view.inTraining.map((run) => html`<p>${runChip(run.status)} ${runLink(frame, run.trainingJobName)} <span class="soft">${time(frame, run.createdAt)}</span></p>`)}
        </section>
      </div>
      <section class="section">
        <h2>Waiting</h2>
        ${waitingTable(frame, view)}
      </section>
      <section class="section">
        <h2>Models</h2>
        <div class="card">${modelsTable(frame, { endpointName, live: view.serving, former: view.formerModels })}</div>
      </section>
      <div class="columns">
        <section class="card">
          <h2>Policy in force</h2>
          ${policyList(view.policy)}
        </section>
        <section class="card">
          <h2>At SageMaker</h2>
          <div data-lazy="${addressOf(frame, `${pathTo.endpoint(endpointName)}/status`)}" id="sagemaker" hx-morph-skip>
            <p><a href="${addressOf(frame, `${pathTo.endpoint(endpointName)}/status`)}">Read its status</a></p>
          </div>
        </section>
      </div>
      <section class="section">
        <h2>History</h2>
        <div class="card">${historyList(frame, view.history, { withRun: true })}</div>
      </section>
    </div>`,
  });
}

function summaryOf({ live, inProgress, endpointName }: EndpointView): string {
  const serves = live === null ? `Nothing is live on ${endpointName}` : `${live.trainingJobName} is live`;
  return inProgress === null ? serves : `${serves}. ${inProgress.trainingJobName} is being deployed`;
}

function acts(frame: Frame, { endpointName, record, formerModels }: EndpointView): Html | '' {
  if (!may(frame, 'operate')) return '';
  const base = pathTo.endpoint(endpointName);
  return html`<span class="actions">
    ${formerModels.length === 0 ? '' : actLink(frame, `${base}/rollback`, 'Roll back')}
    ${isHeld(record) ? actLink(frame, `${base}/release`, 'Release', 'button primary') : actLink(frame, `${base}/hold`, 'Hold')}
  </span>`;
}

function servingOf(frame: Frame, { serving }: EndpointView): Html {
  if (serving === null) return html`<p class="soft">Nothing of this service went live here yet.</p>`;
  const { deployment, reason, image, artifact } = serving;
  const since = deployment.inServiceAt ?? deployment.finishedAt;
  return html`<dl class="facts">
    <dt>Training</dt>
    <dd>${runLink(frame, deployment.trainingJobName)}</dd>
    <dt>Since</dt>
    <dd>${since === null ? 'not known' : time(frame, since)}</dd>
    <dt>Deployed</dt>
    <dd>${deploymentLink(frame, deployment, causeOf(deployment))}</dd>
    ${
      reason === null
        ? ''
        : html`<dt>Why</dt>
            <dd class="quote">${quoted(reason)}</dd>`
    }
    <dt>Model</dt>
    <dd class="name">${deployment.modelName}</dd>
    <dt>Configuration</dt>
    <dd class="name">${deployment.endpointConfigName ?? 'not known'}</dd>
    <dt>Image</dt>
    <dd class="name">${image ?? 'not known'}</dd>
    <dt>Artifact</dt>
    <dd class="name">${artifact ?? 'not known'}</dd>
  </dl>`;
}

const inProgressOf = (frame: Frame, one: Deployment): Html =>
  html`<p>${runLink(frame, one.trainingJobName)} <span class="soft">${causeOf(one)}</span></p>
    ${stepRow(one)}
    <p class="soft">${waitSentence(frame, one)}</p>
    ${rolloutFacts(frame, one)}
    <p class="actions">
      ${deploymentLink(frame, one, 'The deployment')}
      ${may(frame, 'operate') ? actLink(frame, `${pathTo.deployment(one.deploymentId)}/abort`, 'Abort') : ''}
    </p>`;

function waitSentence(frame: Frame, one: Deployment): Html | string {
  const { waitsForSince, waitsForDetail } = one;
  const what = waitOf(one);
  if (what === null || waitsForSince === null) return one.startedAt === null ? '' : html`Since ${time(frame, one.startedAt)}`;
  return html`For ${formatDuration(frame.now - waitsForSince)} it ${what}${waitsForDetail === null ? '' : `: ${waitsForDetail}`}`;
}

function waitingTable(frame: Frame, { toDecide, queued }: EndpointView): Html {
  if (toDecide.length + queued.length === 0) return html`<div class="card"><p class="soft">Nothing waits.</p></div>`;
  return html`<div class="card scroll" tabindex="0" role="region" aria-label="Waiting">
    <table>
      <caption>
        In the order in which they go; what awaits an approval holds up nothing
      </caption>
      <thead>
        <tr>
          <th scope="col">Place</th>
          <th scope="col">Training</th>
          <th scope="col">Status</th>
          <th scope="col">Since</th>
          <th scope="col">Waits for</th>
          <th scope="col"><span class="unseen">Act</span></th>
        </tr>
      </thead>
      <tbody>
        ${toDecide.map((one) => waitingRow(frame, one, '–'))}
        ${queued.map((one, index) => waitingRow(frame, one, String(index + 1)))}
      </tbody>
    </table>
  </div>`;
}

const waitingRow = (frame: Frame, one: Deployment, place: string): Html =>
  html`<tr data-row>
    <td class="number">${place}</td>
    <th scope="row">${runLink(frame, one.trainingJobName)}</th>
    <td>${deploymentLink(frame, one, deploymentChip(one.status))}</td>
    <td>${time(frame, one.waitsForSince ?? one.createdAt)}</td>
    <td>${longText(one.waitsForDetail ?? waitOf(one) ?? 'a worker')}</td>
    <td>
      <span class="actions">
        ${
          one.status === 'awaiting_approval' && may(frame, 'approve')
            ? html`${actLink(frame, `${pathTo.deployment(one.deploymentId)}/approve`, 'Approve')}
              ${actLink(frame, `${pathTo.deployment(one.deploymentId)}/reject`, 'Reject')}`
            : ''
        }
        ${may(frame, 'operate') ? actLink(frame, `${pathTo.deployment(one.deploymentId)}/abort`, 'Abort') : ''}
      </span>
    </td>
  </tr>`;
