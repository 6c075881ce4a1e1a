import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleRoutes } from '../env.ts';

/**
 * What pages follow: the history's entries as they come, those of one endpoint or run where the page is about one. An entry only says that
 * there is something new; pages are fetched again.
 */
export function streamRoutes(app: ConsoleRoutes, { follow }: ConsoleDeps): void {
  app.get('/stream', (c) => {
    const last = c.req.header('last-event-id') ?? '';
    const filter = { endpointName: c.req.query('endpoint_name'), trainingJobName: c.req.query('training_job_name') };
    return follow(c, { after: /^\d{1,15}$/.test(last) ? Number(last) : 'latest', filter });
  });
}
