import type { Deployment } from '../../core/deployment/deployment.ts';
import { isReturn } from '../../core/deployment/deployment.ts';
import { whereDeploymentStands } from '../../core/timeline/deployment-stands.ts';
import { isAdopted } from '../../core/training/training-run.ts';
import { addressOf, type Frame, pathTo } from '../frame/frame.ts';
import { page } from '../frame/page.ts';
import { type Html, html } from '../html.ts';
import { copyButton } from '../parts/copy.ts';
import { endpointLink, longText } from '../parts/names.ts';
import { deploymentChip, deploymentMark, runChip, wordOfDeployment } from '../parts/status-chip.ts';
import { time } from '../parts/time.ts';
import { attemptDetails } from './attempt-details.ts';
import { compact } from './compact.ts';
import { commandsOf } from './commands.ts';
import { historyTable } from './history-table.ts';
import { requestOf } from './request.ts';
import type { RunPageView } from './run-view.ts';
import { formatMetric, sparkline } from './sparkline.ts';
import { linksOf, standingCard } from './standing-card.ts';
import { timeLineSvg } from './time-line-svg.ts';
import { timeLineTable } from './time-line-table.ts';
import { wordsHtml } from './words-html.ts';

/** Where a run stands, how it came there, and what can be done about it. */
export function runPage(frame: Frame, view: RunPageView): Html {
  const { run, chosen, timeLine, metrics, history, deployments } = view;
  const attempt = chosen?.attempts ?? null;
  const attempts = new Map(deployments.map((one) => [one.deploymentId, one.attempts]));
  return page(frame, {
    title: run.trainingJobName,
    section: 'runs',
    content: html`<nav class="crumbs" aria-label="Where this page is"><a href="${addressOf(frame, pathTo.runs())}">Runs</a></nav>
      <div id="live" data-live>
        ${heading(frame, view)} ${standingCard(frame, view)}
        <section class="section card" aria-labelledby="time-line">
          <h2 id="time-line">Time line</h2>
          ${timeLineSvg(timeLine, attempt)} ${legend}
          <details id="steps">
            <summary>As a table</summary>
            ${timeLineTable(frame, timeLine, attempt)}
          </details>
        </section>
        ${chosen === null ? '' : attemptsOf(frame, view, chosen)}
        <div class="columns">${metrics.length === 0 ? '' : metricsOf(metrics)} ${factsOf(frame, view)}</div>
        <section class="section" aria-labelledby="history">
          <h2 id="history">History</h2>
          ${view.isEarlier ? html`<p><a href="${addressOf(frame, pathTo.run(run.trainingJobName))}">The newest entries</a></p>` : ''}
          ${historyTable(frame, history, attempts)}
          ${view.earlierBefore === null ? '' : html`<p><a class="button" href="${addressOf(frame, `${pathTo.run(run.trainingJobName)}?history_before=${view.earlierBefore}#history`)}">Earlier</a></p>`}
        </section>
      </div>
      ${requestOf(run)} ${commandsOf(frame, run)}`,
  });
}

const heading = (frame: Frame, { run }: RunPageView): Html =>
  html`<div class="heading">
    <h1><span class="name">${run.trainingJobName}</span></h1>
    ${copyButton(run.trainingJobName, 'the name')}
    ${runChip(run.status)}${run.deploymentStatus === 'none' ? '' : html`<span class="then" aria-hidden="true">→</span>${deploymentChip(run.deploymentStatus)}`}
  </div>`;

const legend = html`<ul class="legend" aria-label="What the bars are">
  <li><span class="key work"></span>at work</li>
  <li><span class="key wait"></span>waiting</li>
  <li><span class="key error"></span>retrying an error</li>
</ul>`;

function attemptsOf(frame: Frame, view: RunPageView, chosen: Deployment): Html {
  const { deployments, run, live } = view;
  const isOnly = deployments.length === 1 && chosen.attempts === 1;
  return html`<section class="section card" aria-labelledby="deployment">
    <h2 id="deployment">${isOnly ? 'Deployment' : `Deployment: attempt ${chosen.attempts}`}</h2>
    ${isOnly ? '' : attemptTabs(frame, view, chosen)}
    ${chosen === deployments[0] ? '' : html`<p class="words">${wordsHtml(frame, whereDeploymentStands(chosen, live).words)}</p>`}
    ${isReturn(chosen) ? html`<p class="note">It brings back what was live before: without gate or approval, all at once.</p>` : ''}
    ${attemptDetails(frame, chosen)}
    ${view.hasEarlierDeployments ? html`<p class="note">Attempts before ${deployments.at(-1)?.attempts ?? 1} of ${run.trainingJobName} are not on this page; the API has them.</p>` : ''}
  </section>`;
}

/** All attempts, the newest first, each with its outcome as a mark. */
const attemptTabs = (frame: Frame, { deployments, run }: RunPageView, chosen: Deployment): Html =>
  html`<nav aria-label="Attempts">
    <ul class="attempts">
      ${compact(
        deployments.map(
          ({ attempts, status }) =>
            html`<li>
              <a
                href="${addressOf(frame, `${pathTo.run(run.trainingJobName)}?attempt=${attempts}#deployment`)}"
                title="${wordOfDeployment(status)}"
                ${attempts === chosen.attempts ? html`aria-current="true"` : ''}
                >${attempts}${deploymentMark(status)}<span class="unseen">${wordOfDeployment(status)}</span></a
              >
            </li>`,
        ),
      )}
    </ul>
  </nav>`;

const metricsOf = (metrics: RunPageView['metrics']): Html =>
  html`<section class="section" aria-labelledby="metrics">
    <h2 id="metrics">Metrics</h2>
    <table class="metrics">
      <caption>
        With those of the endpoint's runs before it
      </caption>
      <thead class="unseen">
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Value</th>
          <th scope="col">The last runs</th>
        </tr>
      </thead>
      <tbody>
        ${metrics.map(
          (line) =>
            html`<tr>
              <th scope="row" class="name">${line.name}</th>
              <td class="number">${line.value === null ? '' : formatMetric(line.value)}</td>
              <td>${sparkline(line)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;

function factsOf(frame: Frame, { run }: RunPageView): Html {
  const links = linksOf(run);
  const outside = (href: string, text: string): Html => html`<a href="${href}" rel="external noreferrer">${text}</a>`;
  return html`<section class="section" aria-labelledby="facts">
    <h2 id="facts">Run</h2>
    <dl class="facts">
      <dt>Endpoint</dt>
      <dd>${endpointLink(frame, run.endpointName)}</dd>
      <dt>${isAdopted(run) ? 'Created' : 'Requested'}</dt>
      <dd>
        ${time(frame, run.createdAt)}${isAdopted(run) ? ', not by this service, which adopted it' : run.requestedBy === null ? '' : ` by ${run.requestedBy}`}
      </dd>
      ${
        run.reason === null
          ? ''
          : html`<dt>Reason</dt>
              <dd>${longText(run.reason)}</dd>`
      }
      <dt>Deployed</dt>
      <dd>${run.autoDeploy ? 'by itself, when the training completes' : 'on request'}</dd>
      ${
        run.trainingEndedAt === null
          ? ''
          : html`<dt>Training ended</dt>
              <dd>${time(frame, run.trainingEndedAt)}</dd>`
      }
      ${
        run.failureReason === null
          ? ''
          : html`<dt>Reason of the end</dt>
              <dd>${longText(run.failureReason)}</dd>`
      }
      ${
        run.modelArtifact === null
          ? ''
          : html`<dt>Artifact</dt>
              <dd>
                <span class="name">${run.modelArtifact}</span>${copyButton(run.modelArtifact, 'the address of the artifact')}
              </dd>`
      }
      ${
        run.trainingJobArn === null
          ? ''
          : html`<dt>ARN</dt>
              <dd><span class="name">${run.trainingJobArn}</span>${copyButton(run.trainingJobArn, 'the ARN')}</dd>`
      }
      ${
        links === null
          ? ''
          : html`<dt>At AWS</dt>
              <dd class="links">
                ${outside(links.trainingJob, 'Training job')} ${outside(links.logs, 'Logs')}
                ${links.artifact === null ? '' : outside(links.artifact, 'Artifact in S3')}
              </dd>`
      }
    </dl>
  </section>`;
}
