/** Pages and the document behind them. Registered last: the document describes the routes that are there. */
import { type RouteConfig, z } from '@hono/zod-openapi';
import { boardPath, createBoard } from '../pages/board.ts';
import type { ApiDeps } from '../deps.ts';
import { createDocs, docsFrom, docsPath, iconPath, serveIcon } from '../pages/docs.ts';
import { describeApi, openApiPath } from '../openapi.ts';
import { readProblems } from '../problems/openapi.ts';
import type { Routes } from '../env.ts';
import { opensInBrowser } from './security.ts';

const html = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } });

/** What browsers ask for by themselves; no program does, so the document leaves them out. */
export const unlistedRoutes: readonly RouteConfig[] = ['/', iconPath].map((path) => ({
  method: 'get',
  path,
  security: opensInBrowser,
  responses: { 200: html('What a browser shows') },
}));

export function pageRoutes(routes: Routes, { boardQueues }: ApiDeps): void {
  const { openAPIRegistry: registry } = routes;
  const common = { method: 'get', tags: ['operation'], security: opensInBrowser } satisfies Partial<RouteConfig>;
  registry.registerPath({
    ...common,
    path: openApiPath,
    operationId: 'openapi',
    summary: 'This document',
    responses: {
      200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: z.looseObject({}) } } },
      ...readProblems('invalid_request'),
    },
  });
  registry.registerPath({
    ...common,
    path: docsPath,
    operationId: 'docs',
    summary: 'A page to try the API',
    responses: { 200: html('The page'), ...readProblems() },
  });
  registry.registerPath({
    ...common,
    path: boardPath,
    operationId: 'queues',
    summary: 'Bull Board: the queues and their jobs',
    responses: { 200: html('The page'), ...readProblems() },
  });

  const document = describeApi(routes);
  routes.get(openApiPath, (c) => c.json(document(c.req.path)));
  routes.get('/', (c) => c.redirect(docsFrom(new URL(c.req.url).pathname)));
  routes.get(iconPath, serveIcon);
  routes.route(docsPath, createDocs());
  routes.route(boardPath, createBoard(boardQueues));
}
