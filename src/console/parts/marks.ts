import type { Deployment } from '../../core/deployment/deployment.ts';
import { countBy } from '../../core/count-by.ts';
import { finishedDeploymentStatuses } from '../../core/deployment/deployment.ts';
import { type Html, html } from '../html.ts';
import { deploymentMark, wordOfDeployment } from './status-chip.ts';

/** The last outcomes, the newest at the right, by shape and color; in words for all together. */
export function outcomeMarks(newestFirst: readonly Pick<Deployment, 'status'>[]): Html | '' {
  if (newestFirst.length === 0) return '';
  const counts = countBy(
    finishedDeploymentStatuses,
    newestFirst.map((one) => ({ ...one, count: 1 })),
    ({ status }) => status as (typeof finishedDeploymentStatuses)[number],
  );
  const said = finishedDeploymentStatuses.flatMap((status) =>
    counts[status] === 0 ? [] : [`${counts[status]} ${wordOfDeployment(status).toLowerCase()}`],
  );
  const label = `The last ${newestFirst.length} outcomes, the newest last: ${said.join(', ')}`;
  return html`<span class="marks" role="img" aria-label="${label}" title="${label}"
    >${newestFirst.toReversed().map(({ status }) => deploymentMark(status))}</span
  >`;
}
