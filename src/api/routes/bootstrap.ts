import { createRoute } from '@hono/zod-openapi';
import { createRun } from '../../services/training/create-run.ts';
import { takeTrainingJobName } from '../../core/shapes/training-job-name.ts';
import type { BootstrapBody } from '../../services/training/new-run.ts';
import { checkedBody } from '../middleware/json-body.ts';
import type { ApiDeps } from '../deps.ts';
import { changeProblems, json } from '../problems/openapi.ts';
import { type BootstrapRequest, BootstrapRequestSchema } from '../schemas/bootstrap-request.ts';
import { runLocationHeader } from '../schemas/location.ts';
import { jsonBody } from '../schemas/json-body.ts';
import { BootstrapQuery, IdempotencyHeaders } from '../schemas/request.ts';
import { registerShapes } from '../schemas/shapes.ts';
import { TrainingRunSchema } from '../schemas/training-run.ts';
import { serializeRun } from '../serialize.ts';
import { callerOf, type Routes } from '../env.ts';
import { needsRole } from './security.ts';

const body = jsonBody('BootstrapRequest', BootstrapRequestSchema, {
  example: { hyperparameters: { epochs: 3, 'learning-rate': 0.0001 }, tags: { team: 'search' } },
  numbersAsText: /^hyperparameters\./,
});

const route = createRoute({
  method: 'post',
  path: '/bootstrap',
  operationId: 'startTraining',
  tags: ['training'],
  summary: 'Start a training',
  security: needsRole('operate'),
  description:
    'Records the run, starts the training job and, with `auto_deploy=true`, deploys its model when it completes. The training is ' +
    'started once: while Redis is unavailable or SageMaker throttles, a worker continues the start. The trace of the run continues that of a `traceparent`.',
  request: { query: BootstrapQuery, headers: IdempotencyHeaders, body },
  responses: {
    202: {
      ...json(TrainingRunSchema, 'The run, recorded; its training is started or will be'),
      headers: runLocationHeader,
    },
    200: {
      ...json(TrainingRunSchema, 'The run that the same Idempotency-Key and body started before'),
      headers: runLocationHeader,
    },
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

/** The name of the training job may be in SageMaker's shape, too. */
const toBootstrapBody = (request: BootstrapRequest): BootstrapBody => {
  const { name, layer } = takeTrainingJobName(request.create_training_job ?? {});
  const shapes = { training: layer, model: request.create_model ?? {}, endpointConfig: request.create_endpoint_config ?? {} };
  const hasShapes = Object.values(shapes).some((shape) => Object.keys(shape).length > 0);
  return {
    ...fieldsOf(request),
    trainingJobName: request.training_job_name ?? name ?? undefined,
    shapes: hasShapes ? shapes : undefined,
  };
};

const fieldsOf = (request: BootstrapRequest): BootstrapBody => ({
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
  metricDefinitions: request.metric_definitions,
  reason: request.reason,
});

export function bootstrapRoutes(routes: Routes, { ctx, basePath }: ApiDeps): void {
  routes.openAPIRegistry.register('BootstrapRequest', BootstrapRequestSchema);
  registerShapes(routes.openAPIRegistry);

  routes.openapi(route, async (c) => {
    const { run, created } = await createRun(ctx, {
      autoDeploy: c.req.valid('query').auto_deploy,
      idempotencyKey: c.req.valid('header')['idempotency-key'] ?? null,
      requestedBy: callerOf(c).name,
      traceParent: c.req.header('traceparent'),
      body: toBootstrapBody(checkedBody(c, body)),
    });
    const response = serializeRun(run, basePath);
    c.header('location', response.links.self);
    return c.json(response, created ? 202 : 200);
  });
}
