import { createRoute } from '@hono/zod-openapi';
import { requestDeployment } from '../../services/deployment/request-deployment.ts';
import type { ApiDeps } from '../deps.ts';
import { changeProblems, json, readProblems } from '../problems/openapi.ts';
import { DeploymentPageSchema, DeploymentSchema } from '../schemas/deployment.ts';
import { DeployQuery, DeploymentsQuery, possibleName, TrainingJobParams } from '../schemas/request.ts';
import { serializeDeployment } from '../serialize.ts';
import type { Routes } from '../env.ts';

const deploy = createRoute({
  method: 'post',
  path: '/deploy/{name}',
  operationId: 'deploy',
  tags: ['deployment'],
  summary: 'Deploy the model of a completed training, also of one that this service did not start',
  request: { params: TrainingJobParams, query: DeployQuery },
  responses: {
    202: json(DeploymentSchema, 'The deployment, queued'),
    200: json(DeploymentSchema, 'The deployment that is there already, in progress or done'),
    ...changeProblems(
      'not_found',
      'training_not_completed',
      'superseded',
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
  summary: 'Which training went to which endpoint, newest first',
  request: { query: DeploymentsQuery },
  responses: {
    200: json(DeploymentPageSchema, 'A page of deployments'),
    ...readProblems('invalid_request', 'database_unavailable'),
  },
});

export function deploymentRoutes(routes: Routes, { ctx }: ApiDeps): void {
  routes.openapi(deploy, async (c) => {
    const { deployment, created } = await requestDeployment(ctx, {
      trainingJobName: possibleName(c.req.valid('param').name),
      force: c.req.valid('query').force,
      trigger: 'api',
    });
    return c.json(serializeDeployment(deployment), created ? 202 : 200);
  });

  routes.openapi(list, async (c) => {
    const { endpoint_name: endpointName, training_job_name: trainingJobName, limit, cursor } = c.req.valid('query');
    const page = await ctx.store.deployments.list({
      filter: { endpointName, trainingJobName },
      page: { limit, cursor: cursor ?? null },
    });
    return c.json({ items: page.items.map(serializeDeployment), next_cursor: page.nextCursor }, 200);
  });
}
