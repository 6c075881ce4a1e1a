import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SimulatorContext } from '../context.ts';
import { alarmRoutes } from './alarm-routes.ts';
import { ControlError } from './control-error.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { faultRoutes } from './fault-routes.ts';
import { logRoutes } from './log-routes.ts';
import { modelRoutes } from './model-routes.ts';
import { match, type Route } from './route.ts';
import { settingsRoutes } from './settings-routes.ts';
import { trainingRoutes } from './training-routes.ts';

/** All control routes, in the order in which they are tried. */
export const routes: Route[] = [
  ...settingsRoutes,
  ...faultRoutes,
  ...logRoutes,
  ...trainingRoutes,
  ...endpointRoutes,
  ...alarmRoutes,
  ...modelRoutes,
];

/** Handles one request under `/_control/`, where tests and people steer the simulator. */
export function handleControl(context: SimulatorContext, request: IncomingMessage, text: string, response: ServerResponse): void {
  const { status, body } = reply(context, request.method ?? 'GET', request.url ?? '/', text);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

function reply(context: SimulatorContext, method: string, url: string, text: string): { status: number; body: unknown } {
  try {
    const { pathname, searchParams } = new URL(url, 'http://simulator');
    for (const route of routes) {
      const params = match(route, method, pathname);
      if (!params) continue;
      context.settle();
      return {
        status: 200,
        body: route.run(context, { params, query: Object.fromEntries(searchParams), body: readJson(text) }),
      };
    }
    throw new ControlError(404, `no such route; there are: ${routes.map((route) => `${route.method} ${route.path}`).join(', ')}`);
  } catch (error) {
    if (error instanceof ControlError) return { status: error.status, body: { error: error.message, issues: error.issues } };
    context.log.error({ err: error }, 'internal error of the simulator');
    return { status: 500, body: { error: String(error), issues: [] } };
  }
}

function readJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return body;
  } catch {
    throw new ControlError(400, 'the body is no JSON');
  }
}
