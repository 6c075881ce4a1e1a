import type { ServiceProcess } from '../../core/service-process.ts';
import type { SystemStatus } from '../../services/system/read-status.ts';
import { addressOf, type Frame } from '../frame/frame.ts';
import { page } from '../frame/page.ts';
import { type Html, html } from '../html.ts';
import { longText, runLink } from '../parts/names.ts';
import { chip } from '../parts/status-chip.ts';
import { systemStrip } from '../parts/system-strip.ts';
import { formatDuration, time } from '../parts/time.ts';
import type { OperationCalls, SystemView } from '../views/system-page.ts';

const queuesPath = '../admin/queues';

/** The state of the whole service. */
export function systemPage(frame: Frame, { status, depths, calls, settings }: SystemView): Html {
  return page(frame, {
    title: 'System',
    section: 'system',
    content: html`<h1>System</h1>
      <div id="live" data-live>
        ${systemStrip(frame, status)}
        <p class="unseen" data-announce>${status.warnings.map(({ detail }) => detail).join('. ')}</p>
        ${status.warnings.map(({ detail }) => html`<p class="alert warn section">${longText(detail)}</p>`)}
        <section class="card section">
          <h2>Processes</h2>
          ${processTable(frame, status.processes)}
        </section>
        <div class="columns">
          <section class="card">
            <h2>Queues</h2>
            ${queueTable(frame, depths, status)}
            <p class="section"><a href="${addressOf(frame, queuesPath)}">Every job in Bull Board</a></p>
          </section>
          <section class="card">
            <h2>How ends of trainings are found</h2>
            ${feedFacts(frame, status)}
          </section>
        </div>
        <section class="card section">
          <h2>Calls to SageMaker</h2>
          ${callTable(calls)}
        </section>
        ${skippedSection(frame, status)}
        <section class="card section">
          <h2>Settings</h2>
          <dl class="facts">
            <dt>Version</dt>
            <dd>${frame.version}</dd>
            ${settings.map(
              ([name, value]) =>
                html`<dt class="name">${name}</dt>
                  <dd>${value}</dd>`,
            )}
          </dl>
        </section>
      </div>`,
  });
}

function processTable(frame: Frame, processes: readonly ServiceProcess[] | null): Html {
  if (processes === null) return html`<p class="soft">Not known while the database is unavailable.</p>`;
  if (processes.length === 0) return html`<p class="soft">None reported in the last 20 s.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Processes">
    <table>
      <caption>
        Those that reported in the last 20 s
      </caption>
      <thead>
        <tr>
          <th scope="col">Process</th>
          <th scope="col">Name</th>
          <th scope="col">Version</th>
          <th scope="col">Started</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        ${processes.map(
          ({ service, name, version, startedAt, problem }) =>
            html`<tr>
              <td>${service}</td>
              <th scope="row" class="name">${name}</th>
              <td>
                ${version}${version === frame.version ? '' : html` ${chip({ tone: 'warn', icon: 'warning', word: 'Differs' })}`}
              </td>
              <td>${time(frame, startedAt)}</td>
              <td>
                ${problem === null ? chip({ tone: 'good', icon: 'check', word: 'Works' }) : html`<span class="bad">${longText(problem)}</span>`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function queueTable(frame: Frame, depths: SystemView['depths'], { oldestWaitingJob: oldest }: SystemStatus): Html {
  if (depths === null) return html`<p class="soft">Not known while Redis is unavailable.</p>`;
  const states = [...new Set(Object.values(depths).flatMap((one) => Object.keys(one)))];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Queues">
      <table>
        <caption>
          Jobs by state. A job that is delayed waits for its next observation.
        </caption>
        <thead>
          <tr>
            <th scope="col">Queue</th>
            ${states.map((state) => html`<th scope="col" class="number">${state}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${Object.entries(depths).map(
            ([queue, counts]) =>
              html`<tr>
                <th scope="row" class="nowrap">${queue}</th>
                ${states.map((state) => html`<td class="number">${counts[state] ?? 0}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      oldest === null
        ? ''
        : html`<p>
            Due for ${formatDuration(frame.now - oldest.dueSince)} and not taken: ${runLink(frame, oldest.trainingJobName)} of
            ${oldest.queue}
          </p>`
    }`;
}

const modeWords = {
  off: 'each training is described at its interval, by configuration',
  small: 'each of the few trainings is described at its interval',
  search: 'by sweeps over what has changed',
  describe: 'sweeps fail: trainings are described at the pace that their number allows',
};

function feedFacts(frame: Frame, { changeFeed: feed, lastEventAt }: SystemStatus): Html {
  if (feed === null) return html`<p class="soft">Not known while the database is unavailable.</p>`;
  return html`<dl class="facts">
    <dt>Now</dt>
    <dd>${modeWords[feed.mode]}</dd>
    <dt>Last event</dt>
    <dd>${lastEventAt === null ? 'none from EventBridge yet' : time(frame, lastEventAt)}</dd>
    <dt>Last sweep</dt>
    <dd>${feed.sweptAt === null ? 'none' : time(frame, feed.sweptAt)}</dd>
    <dt>Last walk</dt>
    <dd>${feed.relistedAt === null ? 'none' : time(frame, feed.relistedAt)}</dd>
    ${feed.problems.map(
      ({ name, reason }) =>
        html`<dt>${name}</dt>
          <dd class="bad">${longText(reason)}</dd>`,
    )}
  </dl>`;
}

function callTable(calls: readonly OperationCalls[] | null): Html {
  if (calls === null) return html`<p class="soft">Not known while the database is unavailable.</p>`;
  if (calls.length === 0) return html`<p class="soft">None in the last 15 minutes.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Calls to SageMaker">
    <table>
      <caption>
        Of the last 15 minutes, of all processes
      </caption>
      <thead>
        <tr>
          <th scope="col">Operation</th>
          <th scope="col" class="number">OK</th>
          <th scope="col">Other results</th>
        </tr>
      </thead>
      <tbody>
        ${calls.map(
          ({ operation, ok, others }) =>
            html`<tr>
              <th scope="row" class="name">${operation}</th>
              <td class="number">${ok}</td>
              <td>${others.map(({ result, count }) => `${result.replaceAll('_', ' ')} ${count}`).join(', ') || '–'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const mostSkipped = 20;

const skippedSection = (frame: Frame, { skipped }: SystemStatus): Html | '' =>
  skipped === null || skipped.length === 0
    ? ''
    : html`<section class="card section">
        <h2>Skipped</h2>
        <p class="note">What the service cannot handle, the latest first.</p>
        <dl class="facts">
          ${skipped.slice(0, mostSkipped).map(
            ({ kind, name, reason, lastAt }) =>
              html`<dt>${kind.replaceAll('_', ' ')} <span class="name">${name}</span></dt>
                <dd>${longText(reason)} <span class="soft">${time(frame, lastAt)}</span></dd>`,
          )}
        </dl>
      </section>`;
