import type { Deployment } from '../../core/deployment/deployment.ts';
import { isHeld } from '../../core/deployment/endpoint-record.ts';
import type { Frame } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { actionForm, checkedOf, type Written } from '../parts/action-form.ts';
import { chip } from '../parts/status-chip.ts';
import { time } from '../parts/time.ts';
import { type Difference, differencesOf, type ModelFacts } from '../views/model-facts.ts';
import type { EndpointView } from '../views/endpoint-page.ts';

export interface RollbackView {
  endpoint: EndpointView;
  /** What the reader has chosen, or what was live before; null where there is nothing. */
  target: ModelFacts | null;
}

/** What a rollback does, what it changes, and its form. */
export function rollbackAct(frame: Frame, { endpoint, target }: RollbackView, written: Written): Html {
  const { endpointName, formerModels } = endpoint;
  if (target === null) {
    return html`<div class="card narrow stack" id="act">
      <h1>Roll back <span class="name">${endpointName}</span></h1>
      <p>Nothing was live on it before that could serve again.</p>
    </div>`;
  }
  return html`<div class="card stack" id="act">
    <h1>Roll back <span class="name">${endpointName}</span></h1>
    ${formerModels.length > 1 ? chooser(frame, formerModels, target) : ''}
    ${differenceTable(differencesOf(endpoint.serving, target))}
    <ul class="effects">
      ${effectsOf(endpoint, target).map((text) => html`<li>${text}</li>`)}
    </ul>
    ${actionForm({
      id: 'rollback',
      verb: 'Roll back',
      tone: 'danger',
      reason: 'required',
      confirm: endpointName,
      fields: html`<input type="hidden" name="to" value="${target.deployment.deploymentId}" />
        <label class="check"
          ><input type="checkbox" name="hold" value="true" ${checkedOf(written, 'hold', true)} /> Hold the endpoint, so that the
          next training does not undo it: new trainings wait until you release it</label
        >`,
      written,
    })}
  </div>`;
}

/** A form of its own, which only shows the other choice. */
const chooser = (frame: Frame, formers: readonly ModelFacts[], target: ModelFacts): Html =>
  html`<form class="choice" method="get">
    <label for="to">Go back to</label>
    <span class="with-button">
      <select id="to" name="to" data-submit>
        ${formers.map(
          ({ deployment }) =>
            html`<option
              value="${deployment.deploymentId}"
              ${deployment.deploymentId === target.deployment.deploymentId ? html`selected` : ''}
            >
              ${deployment.trainingJobName}
            </option>`,
        )}
      </select>
      <button>Compare</button>
    </span>
    <p class="note">${wentLive(frame, target.deployment)}</p>
  </form>`;

const wentLive = (frame: Frame, { inServiceAt, finishedAt }: Deployment): Html | string => {
  const at = inServiceAt ?? finishedAt;
  return at === null ? '' : html`It went live ${time(frame, at)}.`;
};

const differenceTable = (differences: readonly Difference[]): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="What changes">
    <table class="diff">
      <caption>
        What changes. Values of hyperparameters are compared, and not shown.
      </caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Serves now</th>
          <th scope="col">Serves then</th>
          <th scope="col"><span class="unseen">Whether it changes</span></th>
        </tr>
      </thead>
      <tbody>
        ${differences.map(
          ({ what, name, before, after, isSame }) =>
            html`<tr class="${isSame ? 'same' : 'changed'}">
              <th scope="row">${name === null ? what : html`<span class="soft">${what}</span> ${name}`}</th>
              <td class="name">${before ?? 'none'}</td>
              <td class="name">${after ?? 'none'}</td>
              <td>
                ${isSame ? html`<span class="soft">the same</span>` : chip({ tone: 'busy', icon: 'skip', word: 'Changes' })}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

function effectsOf({ live, inProgress, record }: EndpointView, { deployment }: ModelFacts): string[] {
  return [
    `${deployment.trainingJobName} serves again, all at once, without gate and approval.`,
    ...(live === null ? [] : [`${live.trainingJobName} is turned down: only a person deploys it again, with force.`]),
    'Trainings from before this rollback are not deployed by themselves any more.',
    ...(inProgress === null ? [] : [`The deployment of ${inProgress.trainingJobName}, which is in progress, is aborted.`]),
    ...(isHeld(record) ? ['The endpoint is held already; a rollback passes that.'] : []),
  ];
}
