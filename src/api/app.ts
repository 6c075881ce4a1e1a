import { Hono } from 'hono';
import { accessLog, requestId } from './middleware/request-log.ts';
import { problemResponse } from './problems/response.ts';
import { requireKey } from './middleware/auth.ts';
import { readBody } from './middleware/body.ts';
import type { ApiDeps } from './deps.ts';
import { docsPath } from './pages/docs.ts';
import { createFailureLog } from './problems/failure-log.ts';
import type { ApiContext, ApiEnv } from './env.ts';
import { allowedMethods } from './middleware/methods.ts';
import { ApiError, toApiError } from './problems/table.ts';
import { refuseUnknownQuery } from './middleware/query-names.ts';
import { createRoutes } from './routes/routes.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { createWrongKeys } from './middleware/wrong-keys.ts';
import { refuseForeignHosts, refuseForeignOrigins } from './middleware/web-origins.ts';

/** The API over what it is given: every route at `/` and under the base path. Opens and listens to nothing. */
export function createApp(deps: ApiDeps): Hono<ApiEnv> {
  const { apiKeys, basePath, publicUrl = null, log } = deps;
  const routes = createRoutes(deps);
  const known = routes.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' ? [definition.route] : [],
  );
  const allowed = allowedMethods(known);
  const pathOf = (path: string): string =>
    basePath !== '' && (path === basePath || path.startsWith(`${basePath}/`)) ? path.slice(basePath.length) : path;

  // Not strict: a trailing slash makes no difference.
  const app = new Hono<ApiEnv>({ strict: false });
  app.use(
    requestId,
    accessLog(log, (path) => pathOf(path).startsWith('/health/')),
    securityHeaders,
  );
  app.use(
    apiKeys.length > 0 ? requireKey(apiKeys, pathOf, createWrongKeys(log, deps.wrongKeys)) : refuseForeignHosts,
    refuseForeignOrigins(publicUrl),
    readBody,
  );
  app.use(refuseUnknownQuery(known, pathOf));
  app.route('/', routes);
  if (basePath !== '') app.route(basePath, routes);

  app.notFound((c) => {
    const methods = allowed(pathOf(c.req.path));
    return problemResponse(
      c,
      methods.length === 0 || methods.includes(c.req.method)
        ? new ApiError('not_found', `There is no such route; ${basePath}${docsPath} has them all`)
        : new ApiError('method_not_allowed', `Use ${methods.join(' or ')}`, { headers: { allow: methods.join(', ') } }),
    );
  });

  const logFailure = createFailureLog(log);
  app.onError((error, c: ApiContext) => {
    const problem = toApiError(error);
    logFailure(problem, error, { method: c.req.method, path: c.req.path });
    return problemResponse(c, problem);
  });
  return app;
}
