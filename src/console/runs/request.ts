import { withoutNulls } from '../../core/shapes/merge-shapes.ts';
import { redactShape } from '../../core/shapes/redact-shape.ts';
import { noLayers } from '../../core/shapes/shape-layers.ts';
import { trainingOf } from '../../core/training/run-shapes.ts';
import type { RunView } from '../../ports/store.ts';
import { type Html, html } from '../html.ts';

/** What is requested of SageMaker, folded: in its own shapes, without the values that may be secrets. */
export function requestOf(run: RunView): Html | '' {
  const training = trainingOf(run);
  if (training === null) return '';
  const { model, endpointConfig } = run.shapes ?? noLayers;
  const parts = [
    ['create_training_job', redactShape({ TrainingJobName: run.trainingJobName, ...training })],
    ['create_model', redactShape(withoutNulls('CreateModel', model))],
    ['create_endpoint_config', redactShape(withoutNulls('CreateEndpointConfig', endpointConfig))],
  ] as const;
  return html`<section class="section" aria-labelledby="request">
    <h2 id="request">Request</h2>
    <p class="note">Of environment variables and hyperparameters only the names are shown.</p>
    ${parts.map(
      ([name, shape]) =>
        html`<details>
          <summary><code>${name}</code></summary>
          <pre tabindex="0">${JSON.stringify(shape, null, 2)}</pre>
        </details>`,
    )}
  </section>`;
}
