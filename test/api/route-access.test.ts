/** The `security` of a route's registration decides who reaches it. */
import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { ApiEnv } from '../../src/api/env.ts';
import { createKeyFinder, requireKey } from '../../src/api/middleware/auth.ts';
import { problemResponse } from '../../src/api/problems/response.ts';
import { toApiError } from '../../src/api/problems/to-api-error.ts';
import { createRouteFinder } from '../../src/api/routes/known-route.ts';
import { needsNoKey, needsRole, opensInBrowser } from '../../src/api/routes/security.ts';
import { roles } from '../../src/core/access/role.ts';
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
    const { route: known, access } = findRoute(c);
    c.set('route', known);
    c.set('access', access);
    return next();
  });
  app.use(
    requireKey({
      findKey: createKeyFinder([{ name: 'key-1', role: 'approve', key }]),
      afterWrongKey: async () => {},
      resume: async () => null,
    }),
  );
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
    expect(pages.map(([path]) => path)).toEqual(['/approvals/{token}', '/approvals/{token}', '/docs', '/admin/queues']);
    // A link needs no key.
    for (const [, security] of pages.slice(2)) expect(security).toContainEqual({ basic: ['read'] });
  });

  it('take HTTP basic for no request that changes something', async () => {
    const { ask } = await startApi({ apiKeys: [key] });
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
      for (const path of ['/admin/queues/api/queues/deploy/pause', '/docs', '/metrics', '/bootstrap', '/training-jobs/job'])
        expectProblem(await ask(method, path, basic), 401, 'unauthorized');
    }
  });
});

/** Who may send what: the roles table of docs/api.md. */
const neededRoles: Record<string, (typeof roles)[number] | 'none'> = {
  'post /bootstrap': 'operate',
  'get /training-jobs': 'read',
  'get /training-jobs/{name}': 'read',
  'delete /training-jobs/{name}': 'operate',
  'post /training-jobs/{name}/stop': 'operate',
  'post /deploy/{name}': 'operate',
  'get /deployments': 'read',
  'get /deployments/{deployment_id}': 'read',
  'post /deployments/{deployment_id}/approve': 'approve',
  'post /deployments/{deployment_id}/reject': 'approve',
  'post /deployments/{deployment_id}/abort': 'operate',
  'get /approvals/{token}': 'none',
  'post /approvals/{token}': 'none',
  'get /endpoints': 'read',
  'get /endpoints/{name}': 'read',
  'post /endpoints/{name}/rollback': 'operate',
  'post /endpoints/{name}/hold': 'operate',
  'delete /endpoints/{name}/hold': 'operate',
  'post /events': 'operate',
  'get /history': 'read',
  'get /endpoint-status': 'read',
  'get /health/live': 'none',
  'get /health/ready': 'none',
  'get /status': 'read',
  'get /metrics': 'read',
  'get /openapi.json': 'read',
  'get /docs': 'read',
  'get /admin/queues': 'read',
};

const keys = { read: 'read-key-0123456789', operate: 'operate-key-0123456789', approve: 'approve-key-0123456789' };
const entries = roles.map((role) => `my-${role}:${role}:${keys[role]}`);

interface RoleDocument {
  security: unknown;
  paths: Record<string, Record<string, { security?: unknown; description?: string }>>;
}

describe('roles', () => {
  it('are said by every route itself, in the OpenAPI document', async () => {
    const { ask } = await startApi();
    const { body } = await ask<RoleDocument>('GET', '/openapi.json');
    const said = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { security, description = '' }]) => {
        const role = /Needs a key with the role `(\w+)`\.$/.exec(description)?.[1];
        const needed = role === undefined ? [] : [{ bearer: [role] }, { apiKey: [role] }];
        expect(Array.isArray(security) ? security.slice(0, 2) : security, `${method} ${path}`).toEqual(needed);
        return [`${method} ${path}`, role ?? 'none'];
      }),
    );
    expect(Object.fromEntries(said)).toEqual(neededRoles);
  });

  it.each(roles)('%s reaches what it may, on every route under both prefixes, and nothing else', async (role) => {
    const { ask, simulator } = await startApi({ apiKeys: entries });
    for (const [route, needed] of Object.entries(neededRoles)) {
      const [method = '', path = ''] = route.split(' ');
      for (const prefix of ['', '/model-init']) {
        const at = `${prefix}${path.replace(/\{\w+\}/, 'some-job')}`;
        const response = await ask(method.toUpperCase(), at, { headers: { 'x-api-key': keys[role] } });
        const mayPass = needed === 'none' || roles.indexOf(role) >= roles.indexOf(needed);
        if (mayPass) expect([401, 403], `${method} ${at}`).not.toContain(response.status);
        else expectProblem(response, 403, 'forbidden');
      }
    }
    // POST /bootstrap, under both prefixes.
    expect(simulator.effects().length > 0).toBe(role !== 'read');
  });

  it('that is too small leads to a 403 that says which one is needed, with the name of the key', async () => {
    const { ask } = await startApi({ apiKeys: entries });
    const { body } = await ask('POST', '/bootstrap', { headers: { authorization: `Bearer ${keys.read}` } });
    expect(body).toMatchObject({
      code: 'forbidden',
      detail: 'The key my-read has the role read; this request needs the role operate',
    });
  });

  it('are compared before anything of the request is read', async () => {
    const { ask } = await startApi({ apiKeys: entries });
    const headers = { 'x-api-key': keys.read, 'content-type': 'text/plain' };
    expectProblem(await ask('POST', '/deploy/some-job?no=parameter', { headers, raw: 'no json' }), 403, 'forbidden');
  });

  it('of the smallest kind hear what there is no route for', async () => {
    const { ask } = await startApi({ apiKeys: entries });
    const headers = { 'x-api-key': keys.read };
    expectProblem(await ask('POST', '/no-such-route', { headers }), 404, 'not_found');
    expectProblem(await ask('PUT', '/training-jobs/some-job', { headers }), 405, 'method_not_allowed');
  });

  it('open pages and what lies beneath them to the smallest, as the password of HTTP basic too', async () => {
    const { ask } = await startApi({ apiKeys: entries });
    const headers = { authorization: `Basic ${btoa(`me:${keys.read}`)}` };
    for (const path of [
      '/docs',
      '/docs/swagger-ui.css',
      '/admin/queues',
      '/admin/queues/api/queues',
      '/metrics',
      '/openapi.json',
    ])
      expect((await ask('GET', path, { headers })).status, path).toBe(200);
  });

  it("keep Bull Board's own changes to those that may do all, who are refused by the board", async () => {
    const { ask } = await startApi({ apiKeys: entries });
    const path = '/admin/queues/api/queues/deploy/pause';
    for (const role of ['read', 'operate'] as const)
      expectProblem(await ask('PUT', path, { headers: { 'x-api-key': keys[role] } }), 403, 'forbidden');
    const refused = await ask('PUT', path, { headers: { 'x-api-key': keys.approve } });
    expect(refused.status).toBe(405);
    expect(refused.body).not.toMatchObject({ code: 'forbidden' });
  });

  it('of a route that does not say which it needs are left to the greatest', async () => {
    const needs = (security?: RouteConfig['security']) => createRouteFinderOf(security);
    expect(await needs()).toMatchObject({ access: 'key', role: 'approve' });
    expect(await needs([{ bearer: [] }])).toMatchObject({ access: 'key', role: 'approve' });
    expect(await needs(needsRole('operate'))).toMatchObject({ access: 'key', role: 'operate' });
  });
});

/** Whom the finder lets reach a route of this `security`. */
async function createRouteFinderOf(security?: RouteConfig['security']) {
  const route = createRoute({ method: 'post', path: '/new', ...(security === undefined ? {} : { security }), responses: page });
  const findRoute = createRouteFinder([route], ['']);
  const app = new Hono<ApiEnv>();
  app.use((c) => Promise.resolve(c.json(findRoute(c).access)));
  app.post('/new', (c) => c.text('done'));
  return (await app.request('/new', { method: 'POST' })).json() as Promise<unknown>;
}
