import { isFinishedDeployment } from '../../core/deployment/deployment.ts';
import type { Deployment } from '../../core/deployment/deployment.ts';
import type { DeploymentDetails } from '../../services/deployment/get-deployment.ts';
import { type Frame, may, pathTo } from '../frame/frame.ts';
import { page } from '../frame/page.ts';
import { type Html, html } from '../html.ts';
import { gateTable } from '../parts/gate-table.ts';
import { historyList } from '../parts/history-list.ts';
import { actLink, deploymentLink, endpointLink, longText, quoted, runLink } from '../parts/names.ts';
import { rolloutFacts } from '../parts/rollout.ts';
import { deploymentChip } from '../parts/status-chip.ts';
import { stepRow } from '../parts/steps.ts';
import { time } from '../parts/time.ts';
import { causeOf, waitOf } from '../parts/words.ts';

/** Everything of one deployment. */
export function deploymentPage(frame: Frame, { deployment, history }: DeploymentDetails): Html {
  const { trainingJobName, status, failureReason, gate } = deployment;
  const follow = `?training_job_name=${encodeURIComponent(trainingJobName)}`;
  return page(frame, {
    title: `Deployment of ${trainingJobName}`,
    section: 'endpoints',
    content: html`<div id="live" data-live data-follow="${follow}">
      <div class="heading">
        <h1>Deployment of <span class="name">${trainingJobName}</span></h1>
        ${deploymentChip(status)} ${deploymentActs(frame, deployment)}
      </div>
      <p class="unseen" data-announce>The deployment is ${status.replaceAll('_', ' ')}</p>
      ${
        failureReason === null
          ? ''
          : html`<p class="alert ${status === 'superseded' ? 'warn' : 'bad'} section">${longText(failureReason)}</p>`
      }
      <div class="columns">
        <section class="card">
          <h2>What</h2>
          ${whatOf(frame, deployment)}
        </section>
        <section class="card">
          <h2>How far</h2>
          ${howFar(frame, deployment)}
        </section>
      </div>
      ${gate === null ? '' : html`<section class="card section">${gateTable(frame, gate)}</section>`}
      <section class="section">
        <h2>History</h2>
        <div class="card">${historyList(frame, history.toReversed(), { withRun: false })}</div>
      </section>
    </div>`,
  });
}

/** What the caller may do to it now. */
export function deploymentActs(frame: Frame, { deploymentId, status }: Deployment): Html | '' {
  const base = pathTo.deployment(deploymentId);
  const decides = status === 'awaiting_approval' && may(frame, 'approve');
  const aborts = !isFinishedDeployment(status) && may(frame, 'operate');
  if (!decides && !aborts) return '';
  return html`<span class="actions">
    ${decides ? html`${actLink(frame, `${base}/approve`, 'Approve', 'button primary')} ${actLink(frame, `${base}/reject`, 'Reject')}` : ''}
    ${aborts ? actLink(frame, `${base}/abort`, 'Abort') : ''}
  </span>`;
}

const whatOf = (frame: Frame, one: Deployment): Html =>
  html`<dl class="facts">
    <dt>Training</dt>
    <dd>
      ${runLink(frame, one.trainingJobName)}${one.attempts > 1 ? html` <span class="soft">attempt ${one.attempts}</span>` : ''}
    </dd>
    <dt>Endpoint</dt>
    <dd>${endpointLink(frame, one.endpointName)}</dd>
    <dt>By</dt>
    <dd>${causeOf(one)}${one.forced ? ', forced' : ''}${one.overrides ? ', over gate and approval' : ''}</dd>
    ${
      one.reason === null
        ? ''
        : html`<dt>Why</dt>
            <dd class="quote">${quoted(one.reason)}</dd>`
    }
    ${
      one.restores === null
        ? ''
        : html`<dt>Goes back to</dt>
            <dd>${deploymentLink(frame, { deploymentId: one.restores }, 'an earlier deployment')}</dd>`
    }
    ${
      one.supersededBy === null
        ? ''
        : html`<dt>Superseded by</dt>
            <dd>${runLink(frame, one.supersededBy)}</dd>`
    }
    <dt>Model</dt>
    <dd class="name">${one.modelName}</dd>
    <dt>Configuration</dt>
    <dd class="name">${one.endpointConfigName ?? 'not made yet'}</dd>
    <dt>Id</dt>
    <dd class="name">${one.deploymentId}</dd>
  </dl>`;

function howFar(frame: Frame, one: Deployment): Html {
  const { approval } = one;
  const instants: readonly (readonly [string, number | null])[] = [
    ['Training ended', one.trainingEndedAt],
    ['Queued', one.createdAt],
    ['Started', one.startedAt],
    ['In service', one.inServiceAt],
    ['Finished', one.finishedAt],
  ];
  return html`${one.status === 'in_progress' ? stepRow(one) : ''}
    ${waitOf(one) === null ? '' : html`<p>It ${waitOf(one)}${one.waitsForDetail === null ? '' : html`: ${longText(one.waitsForDetail)}`}</p>`}
    <dl class="facts">
      ${instants.map(([name, at]) =>
        at === null
          ? ''
          : html`<dt>${name}</dt>
              <dd>${time(frame, at)}</dd>`,
      )}
      ${
        approval === null
          ? ''
          : html`<dt>Approval</dt>
              <dd>
                ${approval.status}${approval.by === null ? '' : ` by ${approval.by}`}
                ${approval.decidedAt === null ? html`until ${time(frame, approval.expiresAt)}` : time(frame, approval.decidedAt)}
                ${approval.reason === null ? '' : html`<span class="line quote">${quoted(approval.reason)}</span>`}
              </dd>`
      }
    </dl>
    ${rolloutFacts(frame, one)}`;
}
