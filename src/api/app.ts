import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { ApiDeps } from './deps.ts';
import type { ApiContext, ApiEnv } from './env.ts';
import { createConsole } from '../console/console.ts';
import { consolePath } from '../console/frame/root.ts';
import { consoleDeps } from './console-deps.ts';
import { createKeyFinder, requireKey } from './middleware/auth.ts';
import { checkRequest } from './middleware/check-request.ts';
import { entityTag } from './middleware/entity-tag.ts';
import { readBody } from './middleware/read-body.ts';
import { measureRequests } from './middleware/request-durations.ts';
import { accessLog, requestId, shownPath } from './middleware/request-log.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { refuseForeignHosts, refuseForeignOrigins } from './middleware/web-origins.ts';
import { createWrongKeys } from './middleware/wrong-keys.ts';
import { docsPath } from './pages/docs.ts';
import { ApiError } from './problems/api-error.ts';
import { createFailureLog } from './problems/failure-log.ts';
import { problemResponse } from './problems/response.ts';
import { toApiError } from './problems/to-api-error.ts';
import { withPointers } from './problems/with-pointers.ts';
import { createRouteFinder } from './routes/known-route.ts';
import { unlistedRoutes } from './routes/pages.ts';
import { createRoutes } from './routes/routes.ts';
import { createHistoryStreams } from './streams/history-stream.ts';

/** The API over its dependencies: every route at `/` and under the base path. Opens no connection and does not listen. */
export function createApp(deps: ApiDeps): Hono<ApiEnv> {
  const { apiKeys, basePath, publicUrl = null, log, ctx } = deps;
  const historyStreams = createHistoryStreams(deps.historyFeed, ctx.random);
  const routes = createRoutes(deps, historyStreams);
  const prefixes = basePath === '' ? [''] : ['', basePath];
  const registered = routes.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' ? [definition.route] : [],
  );
  const findRoute = createRouteFinder([...registered, ...unlistedRoutes], prefixes);

  const logFailure = createFailureLog(log);
  const findKey = createKeyFinder(apiKeys);
  const afterWrongKey = createWrongKeys(log, deps.wrongKeys);
  const pages = createConsole(consoleDeps(deps, { prefixes, findKey, afterWrongKey, logFailure, historyStreams }));
  const resume = (token: string) => deps.consoleSessions.resume(token, apiKeys, ctx.now());

  // Not strict: a trailing slash makes no difference.
  const app = new Hono<ApiEnv>({ strict: false });
  app.use((c, next) => {
    c.set('basePath', basePath);
    const { route, access } = findRoute(c);
    c.set('route', route);
    c.set('access', access);
    return next();
  });
  app.use(measureRequests(deps.onResponse), requestId, accessLog(log), securityHeaders, entityTag);
  app.use(
    apiKeys.length > 0 ? requireKey({ findKey, afterWrongKey, resume }) : refuseForeignHosts,
    refuseForeignOrigins(publicUrl),
    readBody,
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const headers = { allow: methods.join(', ') };
        return problemResponse(c, new ApiError('method_not_allowed', `Use ${methods.join(' or ')}`, { headers }));
      },
    }),
    checkRequest,
  );
  for (const prefix of prefixes) {
    app.route(`${prefix}${consolePath}`, pages.routes);
    app.route(prefix === '' ? '/' : prefix, routes);
  }

  app.notFound((c) =>
    problemResponse(c, new ApiError('not_found', `There is no such route; ${basePath}${docsPath} has them all`)),
  );

  app.onError((error, c: ApiContext) => {
    if (c.get('access')?.access === 'console') return pages.onError(error, c);
    const problem = toApiError(error, (issues) => withPointers(c, issues));
    logFailure(problem, error, { method: c.req.method, path: shownPath(c.req.path) });
    return problemResponse(c, problem);
  });
  return app;
}
