import type { Deployment } from '../../core/deployment/deployment.ts';
import { type DeploymentStep, stepOrder } from '../../core/deployment/steps.ts';
import { type Html, html } from '../html.ts';
import { stepWords } from './words.ts';

/** The steps that a deployment has by its policy; the way back only where it is on it. */
function stepsOf({ policy, step, approval, gate }: Deployment): DeploymentStep[] {
  const has: Partial<Record<DeploymentStep, boolean>> = {
    gate: policy?.gate != null || policy?.approval != null || gate !== null || approval !== null,
    verify: policy?.verify != null,
    revert: step === 'revert',
  };
  return stepOrder.filter((one) => has[one] ?? true);
}

/** How far a deployment in progress is, as a row of its steps. */
export function stepRow(deployment: Deployment): Html {
  const steps = stepsOf(deployment);
  const at = steps.indexOf(deployment.step);
  const stateOf = (index: number): string => (index < at ? 'done' : index === at ? 'current' : 'next');
  return html`<ol class="steps" aria-label="Step ${at + 1} of ${steps.length}: ${stepWords[deployment.step]}">
    ${steps.map(
      (step, index) =>
        html`<li class="${stateOf(index)}" ${index === at ? html`aria-current="step"` : ''}>${stepWords[step]}</li>`,
    )}
  </ol>`;
}
