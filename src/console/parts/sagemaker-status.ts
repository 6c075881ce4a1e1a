import type { Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import type { ReadStatus } from '../views/status-reader.ts';
import { longText, runLink } from './names.ts';
import { chip, type Tone } from './status-chip.ts';
import { time } from './time.ts';

const tones: Readonly<Record<string, Tone>> = {
  InService: 'good',
  Creating: 'busy',
  Updating: 'busy',
  SystemUpdating: 'busy',
  RollingBack: 'warn',
  Deleting: 'warn',
  Failed: 'bad',
  OutOfService: 'bad',
  UpdateRollbackFailed: 'bad',
};
const icons = { good: 'check', busy: 'busy', warn: 'warning', bad: 'cross', wait: 'clock', idle: 'dash' } as const;

/** An endpoint as SageMaker had it a moment ago. */
export function sagemakerStatus(frame: Frame, { at, status, problem }: ReadStatus): Html {
  if (status === null)
    return html`<p>${longText(problem ?? 'SageMaker says nothing')}</p>
      <p class="note">As of ${time(frame, at)}</p>`;
  const tone = tones[status.status] ?? 'idle';
  return html`<dl class="facts">
      <dt>Status</dt>
      <dd>${chip({ tone, icon: icons[tone], word: status.status })}</dd>
      <dt>Serves</dt>
      <dd>
        ${status.trainingJobName === null ? 'a configuration that is none of this service' : runLink(frame, status.trainingJobName)}
      </dd>
      <dt>Configuration</dt>
      <dd class="name">${status.endpointConfigName ?? 'none'}</dd>
      <dt>Last modified</dt>
      <dd>${time(frame, status.lastModifiedAt)}</dd>
      <dt>Created</dt>
      <dd>${time(frame, status.createdAt)}</dd>
      ${
        status.failureReason === null
          ? ''
          : html`<dt>Failure</dt>
              <dd class="bad">${longText(status.failureReason)}</dd>`
      }
    </dl>
    <p class="note">As of ${time(frame, at)}; read at most once in 15 s for all readers</p>`;
}
