import { isHeld } from '../../core/deployment/endpoint-record.ts';
import type { Deployment } from '../../core/deployment/deployment.ts';
import type { SystemStatus } from '../../services/system/read-status.ts';
import type { Frame } from '../frame/frame.ts';
import { addressOf, may, pathTo } from '../frame/frame.ts';
import { page } from '../frame/page.ts';
import { type Html, html } from '../html.ts';
import { emptyState } from '../parts/empty.ts';
import { outcomeMarks } from '../parts/marks.ts';
import { actLink, deploymentLink, endpointLink, longText, quoted, runLink } from '../parts/names.ts';
import { chip, deploymentChip, runChip } from '../parts/status-chip.ts';
import { stepRow } from '../parts/steps.ts';
import { systemStrip } from '../parts/system-strip.ts';
import { formatDuration, time } from '../parts/time.ts';
import { causeOf, waitOf } from '../parts/words.ts';
import type { EndpointCard } from '../views/endpoint-cards.ts';

export interface EndpointsView {
  cards: readonly EndpointCard[];
  /** How many there are, on all pages. */
  total: number;
  /** The part of a name that was searched for; empty for all. */
  search: string;
  /** Of this page, and how many there are. */
  number: number;
  pages: number;
  status: SystemStatus;
}

const shownWaiting = 3;

/** The start page: what is live where, since when and why; what waits and for what. */
export function endpointsPage(frame: Frame, view: EndpointsView): Html {
  const { cards, total, search, status } = view;
  return page(frame, {
    title: 'Endpoints',
    section: 'endpoints',
    content: html`<div class="heading">
        <h1>Endpoints</h1>
        ${total > 0 || search !== '' ? searchForm(frame, search) : ''}
      </div>
      <div id="live" data-live>
        ${systemStrip(frame, status)}
        <p class="unseen" data-announce>${summaryOf(cards)}</p>
        ${cards.length === 0 ? nothing(frame, view) : html`<div class="cards" id="cards" data-keep-order>${cards.map((one) => card(frame, one))}</div>`}
        ${pageLinks(frame, view)}
      </div>`,
  });
}

const searchForm = (frame: Frame, search: string): Html =>
  html`<form class="end search" role="search" action="${addressOf(frame, '')}">
    <label class="unseen" for="search">Search endpoints by name</label>
    <input id="search" name="name" type="search" value="${search}" placeholder="Search by name" data-search />
  </form>`;

/** For readers who hear the page: what changed. */
function summaryOf(cards: readonly EndpointCard[]): string {
  const problems = cards.filter(({ concern }) => concern.level === 'problem').length;
  const busy = cards.flatMap(({ inProgress }) => (inProgress === null ? [] : [inProgress.trainingJobName]));
  const live = cards.flatMap(({ endpointName, live: one }) =>
    one === null ? [] : [`${one.trainingJobName} is live on ${endpointName}`],
  );
  return [
    ...(problems === 0 ? [] : [`${problems} with a problem`]),
    ...busy.map((name) => `${name} is being deployed`),
    ...live.slice(0, 3),
  ].join('. ');
}

function card(frame: Frame, endpoint: EndpointCard): Html {
  const { endpointName, live, liveReason, inProgress, inTraining, waiting, record, outcomes, concern } = endpoint;
  const level = concern.level === 'problem' ? 'bad' : concern.level === 'attention' ? 'warn' : '';
  return html`<article class="card ${level}" id="endpoint-${endpointName}" data-row>
    <div class="heading">
      <h2>${endpointLink(frame, endpointName)}</h2>
      ${record !== null && isHeld(record) ? chip({ tone: 'warn', icon: 'pause', word: 'Held' }) : ''} ${outcomeMarks(outcomes)}
      ${may(frame, 'operate') ? html`<span class="actions">${actLink(frame, `${pathTo.endpoint(endpointName)}/${record !== null && isHeld(record) ? 'release' : 'hold'}`, record !== null && isHeld(record) ? 'Release' : 'Hold', 'button small')}</span>` : ''}
    </div>
    ${concern.texts.map((text) => html`<p class="concern ${level}">${longText(text)}</p>`)}
    <div class="columns">
      <section>
        <h3 class="label">Live</h3>
        ${live === null ? html`<p class="soft">Nothing of this service</p>` : liveOf(frame, live, liveReason)}
      </section>
      <section>
        <h3 class="label">In progress</h3>
        ${inProgress === null && inTraining.length === 0 ? html`<p class="soft">Nothing</p>` : ''}
        ${inProgress === null ? '' : inProgressOf(frame, inProgress)}
        ${inTraining.map((run) => html`<p>${runChip(run.status)} ${runLink(frame, run.trainingJobName)}</p>`)}
      </section>
      <section>
        <h3 class="label">Waiting${waiting.length === 0 ? '' : ` (${waiting.length})`}</h3>
        ${
          waiting.length === 0
            ? html`<p class="soft">Nothing</p>`
            : html`<ul class="plain">
                ${waiting.slice(0, shownWaiting).map((one) => html`<li>${waitingOf(frame, one)}</li>`)}
              </ul>`
        }
      </section>
    </div>
  </article>`;
}

const liveOf = (frame: Frame, live: Deployment, reason: string | null): Html => {
  const since = live.inServiceAt ?? live.finishedAt;
  return html`<p>${runLink(frame, live.trainingJobName)}</p>
    <p class="soft">${since === null ? '' : html`${time(frame, since)}, `}${causeOf(live)}</p>
    ${reason === null ? '' : html`<p class="quote">${quoted(reason)}</p>`}`;
};

const inProgressOf = (frame: Frame, one: Deployment): Html =>
  html`<p>${runLink(frame, one.trainingJobName)}</p>
    ${stepRow(one)}
    <p class="soft">${detailOf(frame, one)}</p>`;

function detailOf(frame: Frame, { waitsForKind, waitsForSince, waitsForDetail, startedAt }: Deployment): Html | string {
  if (waitsForKind !== null && waitsForSince !== null)
    return html`for ${formatDuration(frame.now - waitsForSince)}: ${waitsForDetail ?? waitOf({ waitsForKind })}`;
  return startedAt === null ? '' : html`since ${time(frame, startedAt)}`;
}

const waitingOf = (frame: Frame, one: Deployment): Html =>
  html`${deploymentLink(frame, one, deploymentChip(one.status))} ${runLink(frame, one.trainingJobName)}
    <span class="soft">${waitOf(one) ?? html`since ${time(frame, one.createdAt)}`}</span>`;

function nothing(frame: Frame, { search }: EndpointsView): Html {
  if (search !== '')
    return html`<div class="cards">${emptyState({ title: 'No endpoint has this in its name', text: `“${search}”` })}</div>`;
  return html`<div class="cards">
    ${emptyState({
      title: 'No endpoint yet',
      text: may(frame, 'operate')
        ? 'An endpoint appears with its first training. Start one, and its model goes live here when the training completes:'
        : 'An endpoint appears with its first training.',
      commands: may(frame, 'operate')
        ? [
            {
              what: 'the command for curl',
              line: `curl -X POST '${frame.serviceUrl}/bootstrap?auto_deploy=true'${frame.hasKeys ? ' -H "X-API-Key: $KEY"' : ''}`,
            },
            { what: 'the command of the program', line: 'autodeploy start --watch' },
          ]
        : [],
    })}
  </div>`;
}

function pageLinks(frame: Frame, { search, number, pages }: EndpointsView): Html | '' {
  if (pages <= 1) return '';
  const link = (to: number, word: string, rel: string): Html | '' =>
    to < 1 || to > pages
      ? ''
      : html`<a
          class="button"
          rel="${rel}"
          href="?${new URLSearchParams({ ...(search === '' ? {} : { name: search }), page: String(to) }).toString()}"
          >${word}</a
        >`;
  return html`<nav class="pages" aria-label="Pages">
    ${link(number - 1, 'Previous', 'prev')} <span>Page ${number} of ${pages}</span> ${link(number + 1, 'Next', 'next')}
  </nav>`;
}
