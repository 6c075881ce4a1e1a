import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../deps.ts';
import { readProblems } from '../problems/openapi.ts';
import type { Routes } from '../env.ts';
import { opensInBrowser } from './security.ts';

const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'readMetrics',
  tags: ['operation'],
  summary: 'Prometheus metrics',
  security: opensInBrowser,
  responses: {
    200: { description: 'The text format of Prometheus', content: { 'text/plain': { schema: z.string() } } },
    ...readProblems('invalid_request'),
  },
});

export function metricsRoutes(routes: Routes, { metricsText }: ApiDeps): void {
  routes.openapi(metrics, async (c) =>
    c.text(await metricsText(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
}
