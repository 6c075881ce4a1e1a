import type { HistoryEntry } from '../../core/history.ts';
import type { Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { deploymentLink, longText, quoted, runLink } from './names.ts';
import { time } from './time.ts';

/** What happened, with who and why. `withRun`: of several runs. */
export const historyList = (frame: Frame, entries: readonly HistoryEntry[], { withRun }: { withRun: boolean }): Html =>
  entries.length === 0
    ? html`<p class="soft">Nothing yet</p>`
    : html`<ol class="history">
        ${entries.map((entry) => html`<li id="entry-${entry.id}">${entryOf(frame, entry, withRun)}</li>`)}
      </ol>`;

const entryOf = (frame: Frame, entry: HistoryEntry, withRun: boolean): Html => {
  const { at, trainingJobName, deploymentId, reason, detail } = entry;
  const words = html`<strong>${subjectOf(entry)}</strong>`;
  return html`<span class="when">${time(frame, at)}</span>
    <span class="what">
      ${deploymentId === null ? words : deploymentLink(frame, { deploymentId }, words)}
      ${withRun && trainingJobName !== null ? runLink(frame, trainingJobName) : ''} <span class="soft">${whoOf(entry)}</span>
      ${detail === null ? '' : html`<span class="detail">${longText(detail)}</span>`}
      ${reason === null || reason === detail ? '' : html`<span class="detail quote">${quoted(reason)}</span>`}
    </span>`;
};

const inWords = (status: string): string => status.replaceAll('_', ' ');

function subjectOf({ subject, from, to }: HistoryEntry): string {
  const name = { training: 'Training', deployment: 'Deployment', endpoint: 'Endpoint' }[subject];
  return from === null || from === to ? `${name} ${inWords(to)}` : `${name} ${inWords(from)} → ${inWords(to)}`;
}

const actorWords = {
  api: 'through the API',
  poll: 'by a poll',
  event: 'by an event',
  reconcile: 'by the reconciler',
  worker: 'by a worker',
};

const whoOf = ({ by, actor, repeats }: HistoryEntry): string =>
  `${by === null ? actorWords[actor] : `by ${by}`}${repeats > 1 ? `, ${repeats} times` : ''}`;
