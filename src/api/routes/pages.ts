/** Pages and the document behind them. Registered last: the document describes the routes that are there. */
import { type RouteConfig, z } from '@hono/zod-openapi';
import { boardPath, createBoard } from '../pages/board.ts';
import type { ApiDeps } from '../deps.ts';
import { createDocs, docsFrom, docsPath, iconPath, serveIcon } from '../pages/docs.ts';
import { describeApi, openApiPath } from '../openapi.ts';
import { readProblems } from '../problems/openapi.ts';
import type { Routes } from '../env.ts';
import { consolePath } from '../../console/frame/root.ts';
import { formBody } from '../schemas/json-body.ts';
import { opensConsole, opensInBrowser } from './security.ts';

const html = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } });

/** What browsers request by themselves. */
const browserRoutes: readonly RouteConfig[] = ['/', iconPath].map((path) => ({
  method: 'get',
  path,
  security: opensInBrowser,
  responses: { 200: html('What a browser shows') },
}));

/** The console is for people: its pages and forms may change with each version. */
const consoleRoutes: readonly RouteConfig[] = [
  { method: 'get', path: consolePath, security: opensConsole, responses: { 200: html('A page') } },
  {
    method: 'post',
    path: consolePath,
    security: opensConsole,
    request: { body: formBody('ConsoleForm', { example: {} }) },
    responses: { 200: html('A page') },
  },
];

/** No program needs them, so the document leaves them out. */
export const unlistedRoutes: readonly RouteConfig[] = [...browserRoutes, ...consoleRoutes];

export function pageRoutes(routes: Routes, { boardQueues }: ApiDeps): void {
  const { openAPIRegistry: registry } = routes;
  const common = { method: 'get', tags: ['operation'], security: opensInBrowser } satisfies Partial<RouteConfig>;
  registry.registerPath({
    ...common,
    path: openApiPath,
    operationId: 'readOpenApi',
    summary: 'This document',
    responses: {
      200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: z.looseObject({}) } } },
      ...readProblems('invalid_request'),
    },
  });
  registry.registerPath({
    ...common,
    path: docsPath,
    operationId: 'openDocs',
    'x-internal': true,
    summary: 'A page to try the API',
    responses: { 200: html('The page'), ...readProblems() },
  });
  registry.registerPath({
    ...common,
    path: boardPath,
    operationId: 'openQueues',
    'x-internal': true,
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
