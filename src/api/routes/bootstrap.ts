import { createRoute } from '@hono/zod-openapi';
import { createRun } from '../../services/training/create-run.ts';
import type { BootstrapBody } from '../../services/training/new-run.ts';
import { checkedBody } from '../middleware/json-body.ts';
import type { ApiDeps } from '../deps.ts';
import { changeProblems, json } from '../problems/openapi.ts';
import { type BootstrapRequest, BootstrapRequestSchema } from '../schemas/bootstrap-request.ts';
import { jsonBody } from '../schemas/json-body.ts';
import { BootstrapHeaders, BootstrapQuery } from '../schemas/request.ts';
import { TrainingRunSchema } from '../schemas/training-run.ts';
import { serializeRun } from '../serialize.ts';
import type { Routes } from '../env.ts';

const body = jsonBody('BootstrapRequest', BootstrapRequestSchema, {
  example: { hyperparameters: { epochs: 3, 'learning-rate': 0.0001 }, tags: { team: 'search' } },
  numbersAsText: /^hyperparameters\./,
});

const route = createRoute({
  method: 'post',
  path: '/bootstrap',
  operationId: 'bootstrap',
  tags: ['training'],
  summary: 'Start a training',
  description:
    'Records the run, starts the training job and, with `auto_deploy=true`, deploys its model when it completes. The training is ' +
    'started once: while Redis is unavailable or SageMaker throttles, a worker continues the start.',
  request: { query: BootstrapQuery, headers: BootstrapHeaders, body },
  responses: {
    202: json(TrainingRunSchema, 'The run, recorded; its training is started or will be'),
    200: json(TrainingRunSchema, 'The run that the same Idempotency-Key and body started before'),
    ...changeProblems(
      'idempotency_conflict',
      'training_job_exists',
      'sagemaker_rejected',
      'quota_exceeded',
      'sagemaker_unavailable',
      'database_unavailable',
    ),
  },
});

const toBootstrapBody = (request: BootstrapRequest): BootstrapBody => ({
  trainingJobName: request.training_job_name,
  endpointName: request.endpoint_name,
  hyperparameters: request.hyperparameters,
  trainingImage: request.training_image,
  servingImage: request.serving_image,
  instanceType: request.instance_type,
  instanceCount: request.instance_count,
  maxRuntimeSeconds: request.max_runtime_seconds,
  inputS3Uri: request.input_s3_uri,
  environment: request.environment,
  tags: request.tags,
});

export function bootstrapRoutes(routes: Routes, { ctx, basePath }: ApiDeps): void {
  routes.openAPIRegistry.register('BootstrapRequest', BootstrapRequestSchema);

  routes.openapi(route, async (c) => {
    const { run, created } = await createRun(ctx, {
      autoDeploy: c.req.valid('query').auto_deploy,
      idempotencyKey: c.req.valid('header')['idempotency-key'] ?? null,
      body: toBootstrapBody(checkedBody(c, body)),
    });
    const response = serializeRun(run, basePath);
    c.header('location', response.links.self);
    return c.json(response, created ? 202 : 200);
  });
}
