import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../deps.ts';
import { problems } from '../problems/openapi.ts';
import type { Routes } from '../env.ts';

const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'metrics',
  tags: ['operation'],
  summary: 'Prometheus metrics',
  responses: {
    200: { description: 'Prometheus’ text format', content: { 'text/plain': { schema: z.string() } } },
    ...problems('invalid_request'),
  },
});

export function metricsRoutes(routes: Routes, { metricsText }: ApiDeps): void {
  routes.openapi(metrics, async (c) =>
    c.text(await metricsText(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
}
