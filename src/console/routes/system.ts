import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleRoutes } from '../env.ts';
import { systemPage } from '../pages/system.ts';
import { readSystem } from '../views/system-page.ts';

export function systemRoutes(app: ConsoleRoutes, deps: Pick<ConsoleDeps, 'ctx' | 'readStatus' | 'queueDepths'>): void {
  app.get('/system', async (c) => c.html(systemPage(c.get('frame'), await readSystem(deps))));
}
