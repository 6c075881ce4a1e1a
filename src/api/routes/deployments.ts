import { createRoute } from '@hono/zod-openapi';
import { noLayers } from '../../core/shapes/shape-layers.ts';
import { getDeployment } from '../../services/deployment/get-deployment.ts';
import { listDeployments } from '../../services/deployment/list-deployments.ts';
import { requestDeployment, type RequestDeploymentInput } from '../../services/deployment/request-deployment.ts';
import type { ApiDeps } from '../deps.ts';
import { bindCursor, unbindCursor } from '../bound-cursor.ts';
import { linkHeader, linkToNext } from '../next-page.ts';
import { checkedBody } from '../middleware/json-body.ts';
import { changeProblems, json, readProblems } from '../problems/openapi.ts';
import { type DeployRequest, DeployRequestSchema } from '../schemas/deploy-request.ts';
import { DeploymentDetailsSchema, DeploymentPageSchema, DeploymentSchema } from '../schemas/deployment.ts';
import {
  DeploymentParams,
  DeployQuery,
  DeploymentsQuery,
  HistoryQuery,
  IdempotencyHeaders,
  possibleName,
  TrainingJobParams,
} from '../schemas/request.ts';
import { jsonBody } from '../schemas/json-body.ts';
import { deploymentPath } from '../../core/deployment/deployment-view.ts';
import { locationHeader } from '../schemas/location.ts';
import { serializeDeployment, serializeDeploymentDetails } from '../serialize.ts';
import { callerOf, type Routes } from '../env.ts';
import { needsRole } from './security.ts';

const body = jsonBody('DeployRequest', DeployRequestSchema, {
  example: { create_endpoint_config: { ProductionVariants: [{ InstanceType: 'ml.m5.xlarge' }] }, reason: 'more memory' },
});

const deploy = createRoute({
  method: 'post',
  path: '/deploy/{name}',
  operationId: 'deployTraining',
  tags: ['deployment'],
  security: needsRole('operate'),
  summary: 'Deploy the model of a completed training, also of one that this service did not start',
  description:
    'What the body says is laid over what the run has kept of its request. Another body than the last attempt had makes another model or ' +
    'endpoint configuration of the same training; without one, what is deployed already stays.',
  request: { params: TrainingJobParams, query: DeployQuery, headers: IdempotencyHeaders, body },
  responses: {
    202: { ...json(DeploymentSchema, 'The deployment, queued'), headers: locationHeader },
    200: {
      ...json(DeploymentSchema, 'The deployment that is there already, in progress or done'),
      headers: locationHeader,
    },
    ...changeProblems(
      'not_found',
      'idempotency_conflict',
      'training_not_completed',
      'deployment_in_progress',
      'superseded',
      'rejected',
      'sagemaker_rejected',
      'quota_exceeded',
      'sagemaker_unavailable',
      'database_unavailable',
    ),
  },
});

const list = createRoute({
  method: 'get',
  path: '/deployments',
  operationId: 'listDeployments',
  tags: ['deployment'],
  security: needsRole('read'),
  summary: 'Which training went to which endpoint, newest first',
  request: { query: DeploymentsQuery },
  responses: {
    200: { ...json(DeploymentPageSchema, 'A page of deployments'), headers: linkHeader },
    ...readProblems('invalid_request', 'database_unavailable'),
  },
});

const read = createRoute({
  method: 'get',
  path: '/deployments/{deployment_id}',
  operationId: 'readDeployment',
  tags: ['deployment'],
  security: needsRole('read'),
  summary: 'A deployment with its history, and why it waits if it does',
  request: { params: DeploymentParams, query: HistoryQuery },
  responses: {
    200: json(DeploymentDetailsSchema, 'The deployment'),
    ...readProblems('invalid_request', 'not_found', 'database_unavailable'),
  },
});

function toWish(request: DeployRequest): Pick<RequestDeploymentInput, 'parts' | 'reason'> {
  const { serving_image: image, create_model: model = {}, create_endpoint_config: endpointConfig = {} } = request;
  const shapes = { ...noLayers, model, endpointConfig };
  const fields = { ...noLayers, model: image === undefined ? {} : { PrimaryContainer: { Image: image } } };
  const isEmpty = image === undefined && Object.keys({ ...model, ...endpointConfig }).length === 0;
  return { parts: isEmpty ? [] : [shapes, fields], reason: request.reason ?? null };
}

export function deploymentRoutes(routes: Routes, { ctx, basePath }: ApiDeps): void {
  routes.openAPIRegistry.register('DeployRequest', DeployRequestSchema);

  routes.openapi(deploy, async (c) => {
    const { name: requestedBy, role } = callerOf(c);
    const { deployment, created } = await requestDeployment(ctx, {
      trainingJobName: possibleName(c.req.valid('param').name),
      force: c.req.valid('query').force,
      trigger: 'api',
      idempotencyKey: c.req.valid('header')['idempotency-key'],
      requestedBy,
      role,
      ...toWish(checkedBody(c, body)),
    });
    c.header('Location', deploymentPath(deployment, basePath));
    return c.json(serializeDeployment(deployment, basePath), created ? 202 : 200);
  });

  routes.openapi(read, async (c) => {
    const { history_before: historyBefore } = c.req.valid('query');
    const details = await getDeployment(ctx, { deploymentId: c.req.valid('param').deployment_id, historyBefore });
    return c.json(serializeDeploymentDetails(details, basePath), 200);
  });

  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { limit, cursor = null, since, until, endpoint_name: endpointName, training_job_name: trainingJobName } = query;
    const filter = { endpointName, trainingJobName, statuses: query.status, since, until };
    const wanted = { path: '/deployments', filter } as const;
    const { page, counts } = await listDeployments(ctx, { filter, page: { limit, cursor: unbindCursor(cursor, wanted) } });
    const nextCursor = bindCursor(page.nextCursor, wanted);
    linkToNext(c, { path: `${basePath}/deployments`, next: nextCursor === null ? null : { cursor: nextCursor } });
    const items = page.items.map((one) => serializeDeployment(one, basePath));
    return c.json({ items, next_cursor: nextCursor, counts: { status: counts } }, 200);
  });
}
