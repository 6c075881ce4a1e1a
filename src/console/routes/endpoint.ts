import { getEndpointStatus } from '../../services/deployment/get-endpoint-status.ts';
import { knownEndpoint } from '../../services/delivery/known-endpoint.ts';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleRoutes } from '../env.ts';
import { page } from '../frame/page.ts';
import { html } from '../html.ts';
import { endpointPage } from '../pages/endpoint.ts';
import { sagemakerStatus } from '../parts/sagemaker-status.ts';
import { readEndpointView } from '../views/endpoint-page.ts';
import { createStatusReader } from '../views/status-reader.ts';

/** The page of an endpoint, and what SageMaker says of it, which is fetched when a reader has the page. */
export function endpointRoutes(app: ConsoleRoutes, { ctx }: ConsoleDeps): void {
  const readStatus = createStatusReader({
    now: ctx.now,
    read: (endpointName) => getEndpointStatus(ctx, { endpointName }),
  });

  app.get('/endpoints/:name', async (c) => {
    const view = await readEndpointView(ctx, { endpointName: c.req.param('name') });
    return c.html(endpointPage(c.get('frame'), view));
  });

  app.get('/endpoints/:name/status', async (c) => {
    const frame = c.get('frame');
    const endpointName = await knownEndpoint(ctx, { endpointName: c.req.param('name') });
    const content = html`<div class="card narrow stack" id="act">
      <h1 class="name">${endpointName}</h1>
      <h2>At SageMaker</h2>
      ${sagemakerStatus(frame, await readStatus(endpointName))}
    </div>`;
    return c.html(page(frame, { title: `${endpointName} at SageMaker`, section: 'endpoints', content }));
  });
}
