import { createRoute } from '@hono/zod-openapi';
import { deploymentPath } from '../../core/deployment/deployment-view.ts';
import { holdEndpoint, releaseEndpoint } from '../../services/delivery/hold-endpoint.ts';
import { listEndpoints, readEndpoint } from '../../services/delivery/read-endpoint.ts';
import { rollBackEndpoint } from '../../services/delivery/roll-back-endpoint.ts';
import type { ApiDeps } from '../deps.ts';
import { callerOf, type Routes } from '../env.ts';
import { checkedBody } from '../middleware/json-body.ts';
import { changeProblems, json, readProblems } from '../problems/openapi.ts';
import { DeploymentSchema } from '../schemas/deployment.ts';
import {
  EndpointDetailsSchema,
  EndpointListSchema,
  HoldRequestSchema,
  ReleaseRequestSchema,
  RollbackRequestSchema,
} from '../schemas/endpoint.ts';
import { jsonBody } from '../schemas/json-body.ts';
import { locationHeader } from '../schemas/location.ts';
import { EndpointParams, IdempotencyHeaders } from '../schemas/request.ts';
import { serializeDeployment } from '../serialize.ts';
import { serializeEndpoint, serializeEndpointDetails } from '../serialize-endpoint.ts';
import { needsRole } from './security.ts';

const holdBody = jsonBody('HoldRequest', HoldRequestSchema, {
  example: { reason: 'the data of November is under review' },
  required: 'a JSON object with a reason',
});
const releaseBody = jsonBody('ReleaseRequest', ReleaseRequestSchema, { example: { reason: 'the data is good' } });
const rollbackBody = jsonBody('RollbackRequest', RollbackRequestSchema, {
  example: { reason: 'the new model calls everything positive' },
  required: 'a JSON object with a reason',
});

const list = createRoute({
  method: 'get',
  path: '/endpoints',
  operationId: 'listEndpoints',
  security: needsRole('read'),
  tags: ['deployment'],
  summary: 'Each endpoint that the service knows, with what is live, in progress and waiting on it',
  responses: {
    200: json(EndpointListSchema, 'The endpoints, by name'),
    ...readProblems('invalid_request', 'database_unavailable'),
  },
});

const read = createRoute({
  method: 'get',
  path: '/endpoints/{name}',
  operationId: 'readEndpoint',
  security: needsRole('read'),
  tags: ['deployment'],
  summary: 'An endpoint with what it can go back to, and its policy',
  request: { params: EndpointParams },
  responses: {
    200: json(EndpointDetailsSchema, 'The endpoint'),
    ...readProblems('invalid_request', 'not_found', 'database_unavailable'),
  },
});

const rollback = createRoute({
  method: 'post',
  path: '/endpoints/{name}/rollback',
  operationId: 'rollBackEndpoint',
  security: needsRole('operate'),
  tags: ['deployment'],
  summary: 'Return an endpoint to what was live before',
  description:
    'All at once and without gate or approval. What is live is turned down, no training from before the rollback is deployed by itself any ' +
    'more, and a deployment in progress is aborted. With `hold` the endpoint is held as well.',
  request: { params: EndpointParams, headers: IdempotencyHeaders, body: rollbackBody },
  responses: {
    202: { ...json(DeploymentSchema, 'The deployment of what was live before'), headers: locationHeader },
    ...changeProblems(
      'not_found',
      'idempotency_conflict',
      'nothing_to_roll_back_to',
      'artifact_missing',
      'deployment_in_progress',
      'database_unavailable',
    ),
  },
});

const hold = createRoute({
  method: 'post',
  path: '/endpoints/{name}/hold',
  operationId: 'holdEndpoint',
  security: needsRole('operate'),
  tags: ['deployment'],
  summary: 'Hold an endpoint: nothing is deployed to it but what is forced or rolled back',
  description: 'What completes waits, and of it the newest goes when the hold ends. What is in progress continues.',
  request: { params: EndpointParams, body: holdBody },
  responses: { 200: json(EndpointDetailsSchema, 'The endpoint, held'), ...changeProblems('not_found', 'database_unavailable') },
});

const release = createRoute({
  method: 'delete',
  path: '/endpoints/{name}/hold',
  operationId: 'releaseEndpoint',
  security: needsRole('operate'),
  tags: ['deployment'],
  summary: 'End the hold of an endpoint',
  request: { params: EndpointParams, body: releaseBody },
  responses: {
    200: json(EndpointDetailsSchema, 'The endpoint, which is not held'),
    ...changeProblems('not_found', 'database_unavailable'),
  },
});

export function endpointRoutes(routes: Routes, { ctx, basePath }: ApiDeps): void {
  routes.openAPIRegistry.register('HoldRequest', HoldRequestSchema);
  routes.openAPIRegistry.register('ReleaseRequest', ReleaseRequestSchema);
  routes.openAPIRegistry.register('RollbackRequest', RollbackRequestSchema);

  const show = async (endpointName: string) => serializeEndpointDetails(await readEndpoint(ctx, { endpointName }), basePath);

  routes.openapi(list, async (c) => {
    const endpoints = await listEndpoints(ctx);
    return c.json({ items: endpoints.map((one) => serializeEndpoint(one, basePath)) }, 200);
  });

  routes.openapi(read, async (c) => c.json(await show(c.req.valid('param').name), 200));

  routes.openapi(rollback, async (c) => {
    const { to = null, reason, hold: holds } = checkedBody(c, rollbackBody);
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const { name: endpointName } = c.req.valid('param');
    const input = { endpointName, to, reason, hold: holds, by: callerOf(c).name, idempotencyKey };
    const deployment = await rollBackEndpoint(ctx, input);
    c.header('Location', deploymentPath(deployment, basePath));
    return c.json(serializeDeployment(deployment, basePath), 202);
  });

  routes.openapi(hold, async (c) => {
    const { name: endpointName } = c.req.valid('param');
    await holdEndpoint(ctx, { endpointName, by: callerOf(c).name, ...checkedBody(c, holdBody) });
    return c.json(await show(endpointName), 200);
  });

  routes.openapi(release, async (c) => {
    const { name: endpointName } = c.req.valid('param');
    const { reason = null } = checkedBody(c, releaseBody);
    await releaseEndpoint(ctx, { endpointName, by: callerOf(c).name, reason });
    return c.json(await show(endpointName), 200);
  });
}
