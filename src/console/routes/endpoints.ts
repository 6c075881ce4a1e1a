import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleRoutes } from '../env.ts';
import { endpointsPage } from '../pages/endpoints.ts';
import { readEndpointCards } from '../views/endpoint-cards.ts';

const cardsOfPage = 20;

/** The start page. `name` searches, `page` goes through what is found. */
export function endpointListRoutes(app: ConsoleRoutes, { ctx, readStatus }: ConsoleDeps): void {
  app.get('/', async (c) => {
    const search = (c.req.query('name') ?? '').trim();
    const [all, status] = await Promise.all([readEndpointCards(ctx), readStatus()]);
    const found = all.filter(({ endpointName }) => endpointName.toLowerCase().includes(search.toLowerCase()));
    const pages = Math.max(1, Math.ceil(found.length / cardsOfPage));
    const number = Math.min(pages, Math.max(1, Math.trunc(Number(c.req.query('page'))) || 1));
    const cards = found.slice((number - 1) * cardsOfPage, number * cardsOfPage);
    return c.html(endpointsPage(c.get('frame'), { cards, total: all.length, search, number, pages, status }));
  });
}
