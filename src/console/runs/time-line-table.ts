import { toneOfBar } from '../../core/timeline/bar.ts';
import { durationInWords } from '../../core/timeline/duration.ts';
import type { TimeLine } from '../../core/timeline/time-line.ts';
import type { Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { time } from '../parts/time.ts';
import { lanesOf } from './time-line-svg.ts';

/** What the picture shows, as a table: for readers who cannot see it, and to copy from. The bars lead to its rows. */
export function timeLineTable(frame: Frame, line: TimeLine, attempt: number | null): Html {
  const lanes = lanesOf(line, attempt);
  return html`<div class="scroll" role="group" aria-label="Steps" tabindex="0">
    <table class="steps-table">
      <caption class="unseen">
        The steps of the time line
      </caption>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col" class="number">Took</th>
          <th scope="col">Began</th>
          <th scope="col">By</th>
          <th scope="col">Detail</th>
        </tr>
      </thead>
      ${lanes.map(
        ({ title, bars }) =>
          html`<tbody>
            <tr>
              <th scope="rowgroup" colspan="5" class="label">${title}</th>
            </tr>
            ${bars.map(
              ({ bar, id }) =>
                html`<tr id="${id}">
                  <th scope="row"><span class="key ${toneOfBar(bar)}"></span>${bar.label}</th>
                  <td class="number">${durationInWords(bar.to - bar.from)}${bar.isOpen ? ' so far' : ''}</td>
                  <td>${time(frame, bar.from)}</td>
                  <td>${bar.by ?? bar.actor ?? ''}</td>
                  <td class="soft">${bar.detail ?? ''}</td>
                </tr>`,
            )}
          </tbody>`,
      )}
    </table>
  </div>`;
}
