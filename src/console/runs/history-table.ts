import type { HistoryEntry } from '../../core/history.ts';
import { phaseInWords } from '../../core/timeline/training-lane.ts';
import { stepOfEntry } from '../../core/timeline/step-of-entry.ts';
import { type Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { time } from '../parts/time.ts';
import { compact } from './compact.ts';

const actorWords = {
  api: 'a caller',
  poll: 'a poll',
  event: 'an event',
  reconcile: 'the reconciler',
  worker: 'a worker',
} as const;

/** What happened, the newest first: who, why, and folded what machines say of it. `attempts`: by the ids of the deployments. */
export const historyTable = (frame: Frame, entries: readonly HistoryEntry[], attempts: ReadonlyMap<string, number>): Html =>
  html`<div class="scroll" role="group" aria-label="History" tabindex="0">
    <table class="history">
      <caption class="unseen">
        History, the newest first
      </caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">Who</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        ${compact(entries.map((entry) => row(frame, entry, attempts)))}
      </tbody>
    </table>
  </div>`;

function row(frame: Frame, entry: HistoryEntry, attempts: ReadonlyMap<string, number>): Html {
  const { id, at, by, actor, reason, detail, repeats, lastAt, subject, deploymentId } = entry;
  const attempt = deploymentId === null ? undefined : attempts.get(deploymentId);
  const about = subject === 'deployment' && attempts.size > 1 && attempt !== undefined ? `Attempt ${attempt}` : subjects[subject];
  const { what, folded } = inWords(entry);
  return html`<tr id="entry-${id}" class="${entry.from === entry.to ? 'minor' : ''}">
    <td>${time(frame, at)}</td>
    <td>
      <span class="soft">${about}:</span> ${what}${
        repeats > 1 ? html` <span class="note">${repeats} times, last ${time(frame, lastAt)}</span>` : ''
      }${
        folded && detail !== null
          ? html`<details id="detail-${id}">
              <summary class="note">Detail</summary>
              <p class="soft">${detail}</p>
            </details>`
          : ''
      }
    </td>
    <td>${by ?? html`<span class="soft">${actorWords[actor]}</span>`}</td>
    <td>${reason ?? ''}</td>
  </tr>`;
}

const subjects = { training: 'Training', deployment: 'Deployment', endpoint: 'Endpoint' } as const;

const longestUnfolded = 90;

/** The change; and whether its detail is folded, or is what is said already. */
function inWords(entry: HistoryEntry): { what: string | Html; folded: boolean } {
  const { from, to, subject, detail } = entry;
  const isShort = detail === null || detail.length <= longestUnfolded;
  if (from !== to) {
    const inline = detail !== null && isShort ? html` <span class="soft">${detail}</span>` : '';
    return { what: html`<strong>${to.replaceAll('_', ' ')}</strong>${inline}`, folded: !isShort };
  }
  if (detail === null) return { what: to.replaceAll('_', ' '), folded: false };
  if (subject === 'training') return { what: /^[A-Z]\w+$/.test(detail) ? phaseInWords(detail) : detail, folded: false };
  if (isShort) return { what: detail, folded: false };
  const step = stepOfEntry(entry);
  return step === null
    ? { what: `${detail.slice(0, longestUnfolded)} …`, folded: true }
    : { what: `${step.label} …`, folded: true };
}
