import { type Context, Hono } from 'hono';
import { readAssets } from './assets.ts';
import type { ConsoleDeps } from './deps.ts';
import type { ConsoleContext, ConsoleEnv } from './env.ts';
import { createFrames } from './frame/create-frame.ts';
import { consoleHeaders } from './frame/headers.ts';
import { errorPage } from './pages/error.ts';
import { accountRoutes } from './routes/account.ts';
import { assetRoutes } from './routes/assets.ts';
import { refuseUnlessOwnPage, requireSignIn } from './frame/require-sign-in.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { deploymentRoutes } from './routes/deployments.ts';
import { endpointRoutes } from './routes/endpoint.ts';
import { systemRoutes } from './routes/system.ts';
import { endpointActRoutes } from './routes/endpoint-acts.ts';
import { endpointListRoutes } from './routes/endpoints.ts';
import { noSuchPage, Refusal } from './refusal.ts';
import { streamRoutes } from './routes/stream.ts';
import { runRoutes } from './runs/routes.ts';
import { onceIn } from './views/once-in.ts';

/** How long one reading of the service's state is good for all readers. */
const statusForMs = 2000;

export interface Console {
  /** To be mounted at `consolePath`, under any prefix. */
  routes: Hono<ConsoleEnv>;
  /** A page for an error of a request to the console that did not reach its routes. */
  onError: (error: unknown, c: Context) => Promise<Response>;
}

/** The pages for people. */
export function createConsole(deps: ConsoleDeps): Console {
  const assets = readAssets();
  const readStatus = onceIn(statusForMs, deps.ctx.now, deps.readStatus);
  const frames = createFrames(deps, assets);

  const onError = async (error: unknown, c: ConsoleContext): Promise<Response> => {
    const problem = error instanceof Refusal ? error.problem : deps.toProblem(error, c.req);
    for (const [name, value] of Object.entries(consoleHeaders)) c.header(name, value);
    if (problem.retryAfterSeconds !== null) c.header('retry-after', String(Math.ceil(problem.retryAfterSeconds)));
    return c.html(errorPage(await frames(c), problem, c.get('requestId')), problem.status);
  };

  const app = new Hono<ConsoleEnv>({ strict: false });
  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(consoleHeaders)) c.header(name, value);
    await next();
  });
  assetRoutes(app, assets);
  app.use(async (c, next) => {
    c.set('frame', await frames(c));
    await next();
  });
  app.use(refuseUnlessOwnPage);
  accountRoutes(app, deps);
  app.use(requireSignIn);
  streamRoutes(app, deps);
  endpointListRoutes(app, { ...deps, readStatus });
  endpointActRoutes(app, deps);
  endpointRoutes(app, deps);
  deploymentRoutes(app, deps);
  approvalRoutes(app, deps);
  systemRoutes(app, { ...deps, readStatus });
  runRoutes(app, deps);
  const notFound = (): never => {
    throw noSuchPage();
  };
  app.get('*', notFound);
  app.post('*', notFound);
  app.onError(onError);
  return { routes: app, onError };
}
