import { trainingRunStatuses } from '../../core/training/training-run.ts';
import { durationInWords } from '../../core/timeline/duration.ts';
import type { RunView } from '../../ports/store.ts';
import { addressOf, type Frame, may, pathTo } from '../frame/frame.ts';
import { page } from '../frame/page.ts';
import { type Html, html } from '../html.ts';
import { emptyState } from '../parts/empty.ts';
import { endpointLink, runLink } from '../parts/names.ts';
import { deploymentChip, runChip, wordOfDeployment, wordOfRun } from '../parts/status-chip.ts';
import { time } from '../parts/time.ts';
import { compact } from './compact.ts';
import { isUnfiltered, periods, runDeploymentStatuses, type RunsQuery, toggled, writeRunsQuery } from './query.ts';
import type { RunsView } from './runs-view.ts';

/** The page Runs: the runs of a filter, the newest first. */
export function runsPage(frame: Frame, view: RunsView): Html {
  const { query, issues, top } = view;
  return page(frame, {
    title: 'Runs',
    section: 'runs',
    content: html`<div class="heading"><h1>Runs</h1></div>
      ${issues.length === 0 ? '' : html`<div class="alert warn" role="alert">${issues.map((issue) => html`<p>${issue}</p>`)}</div>`}
      ${filterForm(frame, query)}
      <div id="live" data-live ${top === null ? '' : html`data-live-from="${writeRunsQuery({ ...query, top })}"`}>
        ${chips(frame, view)} ${newerOf(frame, view)} ${view.page.items.length === 0 ? nothing(frame, query) : table(frame, view)}
      </div>`,
  });
}

const link = (frame: Frame, query: Partial<RunsQuery>): string => addressOf(frame, pathTo.runs(writeRunsQuery(query)));

function filterForm(frame: Frame, query: RunsQuery): Html {
  const { nameContains, endpointName, since, statuses, deploymentStatuses: wanted } = query;
  const known: readonly string[] = periods;
  return html`<form class="filter" role="search" action="${addressOf(frame, pathTo.runs())}">
    ${statuses.length === 0 ? '' : html`<input type="hidden" name="status" value="${statuses.join(',')}" />`}
    ${wanted.length === 0 ? '' : html`<input type="hidden" name="deployment_status" value="${wanted.join(',')}" />`}
    <div>
      <label for="name">Name</label
      ><input id="name" name="name_contains" type="search" value="${nameContains}" placeholder="A part of it" data-search />
    </div>
    <div>
      <label for="endpoint">Endpoint</label
      ><input
        id="endpoint"
        name="endpoint_name"
        value="${endpointName}"
        placeholder="Any"
        autocapitalize="none"
        spellcheck="false"
      />
    </div>
    <div>
      <label for="since">Requested</label
      ><select id="since" name="since">
        <option value="">at any time</option>
        ${periods.map((one) => html`<option value="${one}" ${one === since ? html`selected` : ''}>in the last ${periodWords[one]}</option>`)}
        ${since === '' || known.includes(since) ? '' : html`<option value="${since}" selected>since ${since}</option>`}
      </select>
    </div>
    <p><button>Filter</button>${isUnfiltered(query) ? '' : html` <a class="button" href="${link(frame, {})}">Clear</a>`}</p>
  </form>`;
}

const periodWords = { '1h': 'hour', '24h': '24 hours', '7d': '7 days', '30d': '30 days' } as const;

/** Each status with its number, as a switch. */
function chips(frame: Frame, { query, counts }: RunsView): Html {
  const all = { ...query, cursor: null, top: null };
  const shown = <Word extends string>(
    name: string,
    words: readonly Word[],
    wanted: readonly Word[],
    count: Readonly<Record<Word, number>>,
    wordOf: (word: Word) => string,
    change: (words: readonly Word[]) => Partial<RunsQuery>,
  ): Html | '' => {
    const found = words.filter((word) => count[word] > 0 || wanted.includes(word));
    if (found.length === 0) return '';
    return html`<nav class="counts" aria-label="By ${name}">
      <span class="label">${name}</span>
      <ul>
        ${found.map(
          (word) =>
            html`<li>
              <a
                href="${link(frame, { ...all, ...change(toggled(wanted, word)) })}"
                ${wanted.includes(word) ? html`aria-current="true"` : ''}
                >${wordOf(word)} <span class="count">${count[word].toLocaleString('en-US')}</span></a
              >
            </li>`,
        )}
      </ul>
    </nav>`;
  };
  return html`${shown('training', trainingRunStatuses, query.statuses, counts.status, wordOfRun, (statuses) => ({ statuses }))}
  ${shown('deployment', runDeploymentStatuses, query.deploymentStatuses, counts.deploymentStatus, wordOfDeployment, (deploymentStatuses) => ({ deploymentStatuses }))}`;
}

/** New runs move no row that is read. */
function newerOf(frame: Frame, { query, newer: { count, isMore } }: RunsView): Html | '' {
  if (count === 0) return '';
  const text = `${count}${isMore ? ' or more' : ''} new`;
  return html`<p class="newer">
    <a class="button primary" href="${link(frame, { ...query, top: null })}">${text}</a
    ><span class="unseen" data-announce>${text}</span>
  </p>`;
}

function table(frame: Frame, { page: { items, nextCursor }, query }: RunsView): Html {
  const acts = may(frame, 'operate');
  const files = writeRunsQuery({ ...query, cursor: null, top: null, limit: undefined });
  return html`<form id="chosen" action="${addressOf(frame, 'chosen-runs')}">
    <div class="scroll" role="group" aria-label="Runs" tabindex="0">
      <table class="runs">
        <caption class="unseen">
          Runs, the newest first
        </caption>
        <thead>
          <tr>
            ${acts ? html`<th scope="col"><span class="unseen">Selected</span></th>` : ''}
            <th scope="col">Run</th>
            <th scope="col">Training</th>
            <th scope="col">Deployment</th>
            <th scope="col">Requested</th>
            <th scope="col" class="number">Took</th>
          </tr>
        </thead>
        <tbody>
          ${compact(items.map((run) => row(frame, run, acts)))}
        </tbody>
      </table>
    </div>
    <div class="below">
      ${
        acts
          ? html`<p class="actions">
              <button name="act" value="stop">Stop selected</button><button name="act" value="deploy">Deploy selected</button>
            </p>`
          : ''
      }
      <nav class="pages" aria-label="Pages">
        ${query.cursor === null ? '' : html`<a class="button" href="${link(frame, { ...query, cursor: null })}">Newest</a>`}
        ${nextCursor === null ? '' : html`<a class="button" rel="next" href="${link(frame, { ...query, top: null, cursor: nextCursor })}">Older</a>`}
      </nav>
      <p class="note">
        All of this filter as <a href="${addressOf(frame, `runs.csv${files}`)}" download>CSV</a> or
        <a href="${addressOf(frame, `runs.json${files}`)}" download>JSON</a>
      </p>
    </div>
  </form>`;
}

function row(frame: Frame, run: RunView, acts: boolean): Html {
  const { trainingJobName: name, endpointName, status, secondaryStatus, deploymentStatus, failureReason, createdAt } = run;
  const end = run.trainingEndedAt ?? run.finishedAt;
  const phase = status === 'training' && secondaryStatus !== null && secondaryStatus !== 'Training' ? secondaryStatus : null;
  return html`<tr data-row id="run-${name}">
    ${acts ? html`<td><input type="checkbox" name="name" value="${name}" aria-label="Select ${name}" /></td>` : ''}
    <th scope="row">
      ${runLink(frame, name)}<br /><span class="note">to ${endpointLink(frame, endpointName)}</span
      >${failureReason === null ? '' : html`<br /><span class="note bad">${short(failureReason)}</span>`}
    </th>
    <td>${runChip(status)}${phase === null ? '' : html` <span class="note">${phase}</span>`}</td>
    <td>
      ${status === 'completed' || deploymentStatus !== 'none' ? deploymentChip(deploymentStatus) : html`<span class="soft">–</span>`}
    </td>
    <td>${time(frame, createdAt)}</td>
    <td class="number">${end === null ? '' : durationInWords(end - createdAt)}</td>
  </tr>`;
}

const short = (text: string): string => (text.length > 100 ? `${text.slice(0, 100).trimEnd()} …` : text);

function nothing(frame: Frame, query: RunsQuery): Html {
  if (!isUnfiltered(query) || query.cursor !== null)
    return emptyState({ title: 'No run is like that', text: html`<a href="${link(frame, {})}">Show all runs</a>` });
  return emptyState({
    title: 'No run yet',
    text: may(frame, 'operate')
      ? 'Start a training, and follow it here until its model is live:'
      : 'A run appears with its first training.',
    commands: may(frame, 'operate')
      ? [
          {
            what: 'the command for curl',
            line: `curl -X POST '${frame.serviceUrl}/bootstrap?auto_deploy=true'${frame.hasKeys ? ' -H "X-API-Key: $KEY"' : ''}`,
          },
          { what: 'the command of the program', line: 'autodeploy start --watch' },
        ]
      : [],
  });
}
