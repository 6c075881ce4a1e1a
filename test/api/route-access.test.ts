/** The `security` of a route's registration decides who reaches it. */
import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { ApiEnv } from '../../src/api/env.ts';
import { requireKey } from '../../src/api/middleware/auth.ts';
import { problemResponse } from '../../src/api/problems/response.ts';
import { toApiError } from '../../src/api/problems/to-api-error.ts';
import { createRouteFinder } from '../../src/api/routes/known-route.ts';
import { needsNoKey, opensInBrowser } from '../../src/api/routes/security.ts';
import { startApi } from './harness.ts';
import { expectProblem } from './request.ts';

const key = 'the-only-key-0123456789';
const basic = { headers: { authorization: `Basic ${btoa(`me:${key}`)}` } };
const bearer = { headers: { authorization: `Bearer ${key}` } };

const page = { 200: { description: 'A page', content: { 'text/html': { schema: z.string() } } } };

/** An API with one page, which is registered with this `security`, and a file of the page's beneath it. */
function appWithPage(security?: RouteConfig['security']): Hono<ApiEnv> {
  const routes = new OpenAPIHono<ApiEnv>();
  const route = createRoute({
    method: 'get',
    path: '/new-page',
    ...(security === undefined ? {} : { security }),
    responses: page,
  });
  routes.openapi(route, (c) => c.html('<p>new</p>'));
  routes.get('/new-page/style.css', (c) => c.text('css'));
  routes.put('/new-page/setting', (c) => c.text('changed'));
  const findRoute = createRouteFinder([route], ['', '/base']);
  const app = new Hono<ApiEnv>();
  app.use((c, next) => {
    c.set('route', findRoute(c));
    return next();
  });
  app.use(requireKey([key], async () => {}));
  app.route('/', routes).route('/base', routes);
  app.onError((error, c) => problemResponse(c, toApiError(error)));
  return app;
}

const env = { incoming: { socket: {} } };
const statusOf = async (app: Hono<ApiEnv>, path: string, init: RequestInit = {}): Promise<number> =>
  (await app.request(path, init, env)).status;

describe('requireKey', () => {
  it('locks a browser out of a page whose registration does not say that it opens in one', async () => {
    const app = appWithPage();
    for (const path of ['/new-page', '/base/new-page', '/new-page/style.css']) {
      expect(await statusOf(app, path, basic)).toBe(401);
      expect(await statusOf(app, path, bearer)).toBe(200);
    }
  });

  it('takes HTTP basic for such a page and the files beneath it, and for no change', async () => {
    const app = appWithPage(opensInBrowser);
    for (const path of ['/new-page', '/base/new-page', '/new-page/style.css', '/base/new-page/style.css'])
      expect(await statusOf(app, path, basic)).toBe(200);
    expect(await statusOf(app, '/new-page/setting', { ...basic, method: 'PUT' })).toBe(401);
    expect(await statusOf(app, '/new-page/setting', { ...bearer, method: 'PUT' })).toBe(200);
    for (const path of ['/new-pages', '/new-page-2', '/x/new-page', '/base/base/new-page'])
      expect(await statusOf(app, path, basic)).toBe(401);
  });

  it('opens no path beneath a route that needs no key', async () => {
    const app = appWithPage(needsNoKey);
    expect(await statusOf(app, '/new-page')).toBe(200);
    for (const path of ['/new-page/style.css', '/new-page/../new-page/style.css', '/new-page/x'])
      expect(await statusOf(app, path)).toBe(401);
    expect(await statusOf(app, '/new-page', { method: 'PUT' })).toBe(401);
  });
});

describe('the registered routes', () => {
  it('open in a browser where they return HTML', async () => {
    const { ask } = await startApi();
    interface Operation {
      security?: object[];
      responses: Record<string, { content?: Record<string, unknown> }>;
    }
    const { body } = await ask<{ paths: Record<string, Record<string, Operation>> }>('GET', '/openapi.json');
    const pages = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.values(operations)
        .filter(({ responses }) => responses['200']?.content?.['text/html'] !== undefined)
        .map(({ security }) => [path, security]),
    );
    expect(pages.map(([path]) => path)).toEqual(['/docs', '/admin/queues']);
    for (const [, security] of pages) expect(security).toContainEqual({ basic: [] });
  });

  it('take HTTP basic for no request that changes something', async () => {
    const { ask } = await startApi({ apiKeys: [key] });
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
      for (const path of ['/admin/queues/api/queues/deploy/pause', '/docs', '/metrics', '/bootstrap', '/training-jobs/job'])
        expectProblem(await ask(method, path, basic), 401, 'unauthorized');
    }
  });
});
