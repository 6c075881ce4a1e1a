import { listRuns } from '../../services/training/list-runs.ts';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleRoutes } from '../env.ts';
import { page } from '../frame/page.ts';
import { html } from '../html.ts';
import { runChip } from '../parts/status-chip.ts';

/** The pages Runs and Run. */
export function runRoutes(app: ConsoleRoutes, { ctx }: ConsoleDeps): void {
  app.get('/runs', async (c) => {
    const { page: runs } = await listRuns(ctx, { filter: {}, page: { limit: 20, cursor: null } });
    const content = html`<h1>Runs</h1>
      <ul>
        ${runs.items.map(({ trainingJobName, status }) => html`<li class="name">${trainingJobName} ${runChip(status)}</li>`)}
      </ul>`;
    return c.html(page(c.get('frame'), { title: 'Runs', section: 'runs', content }));
  });
}
