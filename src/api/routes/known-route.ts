import type { RouteConfig } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { z } from 'zod';
import { type BodyRule, ruleOf } from '../schemas/json-body.ts';
import { accessBy, noRoute, type RouteAccess, unsaid } from './security.ts';

/** A route as its registration describes it. */
export interface KnownRoute extends RouteAccess {
  /** Its path without a prefix, with its parameters by name: `/training-jobs/{name}`. */
  pattern: string;
  /** Probes and pages: a load balancer or a browser may add parameters, and neither can correct them. */
  takesAnyQuery: boolean;
  query: z.ZodObject | null;
  headers: z.ZodObject | null;
  /** Null: the route takes no body. */
  body: BodyRule | null;
}

export interface FoundRoute {
  /** Null for a path or a method that no registration has. */
  route: KnownRoute | null;
  access: RouteAccess;
}

/**
 * Finds the route that a request will reach, by the router's own match: a second reading of the path could differ from it. A page's
 * route stands for what is served beneath it. What is served without a registration is left to those that may do all.
 */
export function createRouteFinder(registered: readonly RouteConfig[], prefixes: readonly string[]) {
  const known = new Map<string, KnownRoute>();
  for (const route of registered) {
    for (const prefix of prefixes) known.set(keyOf(route.method, `${prefix}${route.path}`), knownRoute(route));
  }
  // Beneath a prefix itself are all routes, and not those of a page.
  const isPrefix = (key: string): boolean => prefixes.some((prefix) => key === keyOf('get', `${prefix}/`));
  const hasFiles: readonly RouteAccess['access'][] = ['browser', 'console'];
  const pages = [...known].filter(([key, { access }]) => hasFiles.includes(access) && !isPrefix(key));

  const find = (key: string): KnownRoute | null =>
    known.get(key) ?? pages.find(([page]) => key.startsWith(`${page}/`))?.[1] ?? null;
  // By the router's own entry for the route, of which there is a fixed number.
  const found = new Map<object, FoundRoute>();

  return (c: Context): FoundRoute => {
    const matched = matchedRoutes(c).at(-1);
    if (matched === undefined) return { route: null, access: noRoute };
    const before = found.get(matched);
    if (before !== undefined) return before;
    const route = find(keyOf(matched.method, matched.path));
    // Middlewares alone match what no route has.
    const one = { route, access: route ?? (matched.method === 'ALL' ? noRoute : unsaid) };
    found.set(matched, one);
    return one;
  };
}

/** One form for OpenAPI's paths (`/runs/{name}`) and the router's (`/runs/:name`). */
const keyOf = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1').replace(/\/$/, '')}`;

function knownRoute({ path, security, request, responses }: RouteConfig): KnownRoute {
  const { access, role } = accessBy(security);
  const { 200: ok } = responses;
  const isPage = ok !== undefined && 'content' in ok && 'text/html' in (ok.content ?? {});
  return {
    pattern: path,
    access,
    role,
    takesAnyQuery: access === 'open' || isPage,
    query: (request?.query as z.ZodObject | undefined) ?? null,
    headers: (request?.headers as z.ZodObject | undefined) ?? null,
    body: ruleOf(request?.body),
  };
}
