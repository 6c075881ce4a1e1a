import { createRoute } from '@hono/zod-openapi';
import { getEndpointStatus } from '../../services/deployment/get-endpoint-status.ts';
import type { ApiDeps } from '../deps.ts';
import { json, readProblems } from '../problems/openapi.ts';
import { EndpointStatusSchema } from '../schemas/endpoint-status.ts';
import { EndpointStatusQuery } from '../schemas/request.ts';
import { serializeEndpointStatus } from '../serialize.ts';
import type { Routes } from '../env.ts';
import { needsRole } from './security.ts';

const route = createRoute({
  method: 'get',
  path: '/endpoint-status',
  operationId: 'readEndpointStatus',
  tags: ['deployment'],
  summary: 'An endpoint as SageMaker has it now',
  security: needsRole('read'),
  request: { query: EndpointStatusQuery },
  responses: {
    200: json(EndpointStatusSchema, 'The endpoint'),
    ...readProblems('invalid_request', 'not_found', 'sagemaker_rejected', 'sagemaker_unavailable', 'database_unavailable'),
  },
});

export function endpointStatusRoutes(routes: Routes, { ctx }: ApiDeps): void {
  routes.openapi(route, async (c) => {
    const status = await getEndpointStatus(ctx, { endpointName: c.req.valid('query').endpoint_name ?? null });
    return c.json(serializeEndpointStatus(status), 200);
  });
}
