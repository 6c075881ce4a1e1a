import type { RouteConfig } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../env.ts';
import { patternOf } from './methods.ts';
import { type FieldIssue, invalidRequest } from '../problems/table.ts';

/** Probes and pages: a balancer or a browser may put anything there, and neither can mend it. */
const takesAny = /^\/(health\/|docs\/?$|admin\/queues\/?$)/;

/**
 * Refuses query parameters that the route does not know, and those that are given twice: a misspelt `autodeploy=true` must not start a
 * training that is never deployed, nor a misspelt filter show everything as if it were all that there is.
 */
export function refuseUnknownQuery(routes: readonly RouteConfig[], pathOf: (path: string) => string) {
  const known = routes
    .filter(({ path }) => !takesAny.test(path))
    .map(({ method, path, request }) => ({
      method: method.toUpperCase(),
      pattern: patternOf(path),
      names: Object.keys((request?.query as { shape?: object } | undefined)?.shape ?? {}),
    }));

  return createMiddleware<ApiEnv>(async (c, next) => {
    const query = new URL(c.req.url).searchParams;
    if (query.size === 0) return next();
    const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
    const path = pathOf(c.req.path);
    const route = known.find((one) => one.method === method && one.pattern.test(path));
    const faults = route === undefined ? [] : faultsIn([...query.keys()], route.names);
    if (faults.length > 0) throw invalidRequest(faults);
    return next();
  });
}

const mostFaults = 20;

function faultsIn(given: readonly string[], names: readonly string[]): FieldIssue[] {
  const may = names.length === 0 ? 'none is, here' : `known are: ${names.join(', ')}`;
  return [...new Set(given)]
    .flatMap((name): FieldIssue[] => {
      if (!names.includes(name)) return [{ field: name, detail: `is not a known parameter; ${may}` }];
      return given.filter((other) => other === name).length > 1 ? [{ field: name, detail: 'is given more than once' }] : [];
    })
    .slice(0, mostFaults);
}
