import { type Frame, may, pathTo } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import type { ModelFacts } from '../views/model-facts.ts';
import { actLink, runLink } from './names.ts';
import { time } from './time.ts';

/** As many columns fit beside each other. */
const mostMetrics = 6;

/** What serves and what served before, with their metrics side by side. */
export function modelsTable(
  frame: Frame,
  { endpointName, live, former }: { endpointName: string; live: ModelFacts | null; former: readonly ModelFacts[] },
): Html {
  const models = [...(live === null ? [] : [live]), ...former];
  const names = [...new Set(models.flatMap(({ metrics }) => Object.keys(metrics ?? {})))].toSorted().slice(0, mostMetrics);
  if (models.length === 0) return html`<p class="soft">No model of this service was live here.</p>`;
  const mayRollBack = may(frame, 'operate');
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Models">
    <table>
      <caption>
        ${former.length === 0 ? 'Nothing was live before that could serve again' : 'What serves, and what can serve again'}
      </caption>
      <thead>
        <tr>
          <th scope="col">Model of</th>
          <th scope="col">Went live</th>
          ${names.map((name) => html`<th scope="col" class="number">${name}</th>`)}
          ${mayRollBack && former.length > 0 ? html`<th scope="col"><span class="unseen">Act</span></th>` : ''}
        </tr>
      </thead>
      <tbody>
        ${models.map(
          (model) =>
            html`<tr ${model === live ? html`class="current"` : ''} data-row>
              <th scope="row">
                ${runLink(frame, model.deployment.trainingJobName)}${model === live ? html` <span class="soft">live</span>` : ''}
              </th>
              <td>${wentLive(frame, model)}</td>
              ${names.map((name) => html`<td class="number">${valueOf(model, name)}${model === live ? '' : delta(model, live, name)}</td>`)}
              ${
                mayRollBack && former.length > 0
                  ? html`<td class="number">
                      ${
                        model === live
                          ? ''
                          : actLink(
                              frame,
                              `${pathTo.endpoint(endpointName)}/rollback?to=${encodeURIComponent(model.deployment.deploymentId)}`,
                              'Roll back',
                              'button small',
                            )
                      }
                    </td>`
                  : ''
              }
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const wentLive = (frame: Frame, { deployment: { inServiceAt, finishedAt } }: ModelFacts): Html | '' => {
  const at = inServiceAt ?? finishedAt;
  return at === null ? '' : time(frame, at);
};

const metricOf = (model: ModelFacts | null, name: string): number | null => {
  const metrics = model?.metrics ?? null;
  return metrics !== null && Object.hasOwn(metrics, name) ? (metrics[name] ?? null) : null;
};

const rounded = (value: number): string => String(Number(value.toPrecision(6)));

const valueOf = (model: ModelFacts, name: string): string => {
  const value = metricOf(model, name);
  return value === null ? '–' : rounded(value);
};

/** How far it is from what serves; whether that is better, a metric does not say. */
function delta(model: ModelFacts, live: ModelFacts | null, name: string): Html | '' {
  const [own, other] = [metricOf(model, name), metricOf(live, name)];
  if (own === null || other === null || own === other) return '';
  const difference = own - other;
  return html`<span class="delta">${difference > 0 ? '+' : '−'}${rounded(Math.abs(difference))}</span>`;
}
