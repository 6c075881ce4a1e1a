import { createRoute } from '@hono/zod-openapi';
import { getRun } from '../../services/training/get-run.ts';
import { listRuns } from '../../services/training/list-runs.ts';
import { removeRun } from '../../services/training/remove-run.ts';
import { stopRun } from '../../services/training/stop-run.ts';
import type { ApiDeps } from '../deps.ts';
import { bindCursor, unbindCursor } from '../bound-cursor.ts';
import { linkHeader, linkToNext } from '../next-page.ts';
import { changeProblems, json, readProblems } from '../problems/openapi.ts';
import { runLocationHeader } from '../schemas/location.ts';
import { HistoryQuery, IdempotencyHeaders, possibleName, TrainingJobParams, TrainingRunsQuery } from '../schemas/request.ts';
import { TrainingRunDetailsSchema, TrainingRunPageSchema, TrainingRunSchema } from '../schemas/training-run.ts';
import { serializeRun, serializeRunDetails } from '../serialize.ts';
import { callerOf, type Routes } from '../env.ts';
import { needsRole } from './security.ts';

const list = createRoute({
  method: 'get',
  path: '/training-jobs',
  operationId: 'listTrainingJobs',
  tags: ['training'],
  security: needsRole('read'),
  summary: 'The training runs, newest first',
  request: { query: TrainingRunsQuery },
  responses: {
    200: { ...json(TrainingRunPageSchema, 'A page of runs'), headers: linkHeader },
    ...readProblems('invalid_request', 'database_unavailable'),
  },
});

const read = createRoute({
  method: 'get',
  path: '/training-jobs/{name}',
  operationId: 'readTrainingJob',
  tags: ['training'],
  security: needsRole('read'),
  summary: 'A training run with its deployments and history',
  request: { params: TrainingJobParams, query: HistoryQuery },
  responses: {
    200: json(TrainingRunDetailsSchema, 'The run'),
    ...readProblems('invalid_request', 'not_found', 'database_unavailable'),
  },
});

const stop = createRoute({
  method: 'post',
  path: '/training-jobs/{name}/stop',
  operationId: 'stopTrainingJob',
  tags: ['training'],
  security: needsRole('operate'),
  summary: 'Stop a training and its monitoring',
  description:
    'When the training is over, its deployment is discarded if it still waits for its turn: it ends as `failed`. A deployment in ' +
    'progress cannot be stopped.',
  request: { params: TrainingJobParams, headers: IdempotencyHeaders },
  responses: {
    202: {
      ...json(TrainingRunSchema, 'The run; the stop is requested, now or before, or its deployment is discarded'),
      headers: runLocationHeader,
    },
    ...changeProblems(
      'not_found',
      'idempotency_conflict',
      'nothing_to_stop',
      'deployment_in_progress',
      'sagemaker_rejected',
      'sagemaker_unavailable',
      'database_unavailable',
    ),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/training-jobs/{name}',
  operationId: 'removeTrainingJob',
  tags: ['training'],
  security: needsRole('operate'),
  summary: 'Forget a run with its deployments and history',
  description:
    "Also one that the service cannot handle. SageMaker's training job, models and endpoint stay as they are, and the service does " +
    'not adopt the training again.',
  request: { params: TrainingJobParams },
  responses: {
    200: json(TrainingRunSchema, 'The run as it was'),
    ...changeProblems(
      'not_found',
      'run_in_progress',
      'deployment_in_progress',
      'sagemaker_rejected',
      'sagemaker_unavailable',
      'database_unavailable',
    ),
  },
});

export function trainingJobRoutes(routes: Routes, { ctx, basePath }: ApiDeps): void {
  routes.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { limit, cursor = null, since, until } = query;
    const filter = {
      statuses: query.status,
      deploymentStatuses: query.deployment_status,
      endpointName: query.endpoint_name,
      nameContains: query.name_contains,
      since,
      until,
    };
    const wanted = { path: '/training-jobs', filter } as const;
    const { page, counts } = await listRuns(ctx, { filter, page: { limit, cursor: unbindCursor(cursor, wanted) } });
    const nextCursor = bindCursor(page.nextCursor, wanted);
    linkToNext(c, { path: `${basePath}/training-jobs`, next: nextCursor === null ? null : { cursor: nextCursor } });
    const items = page.items.map((run) => serializeRun(run, basePath));
    const shown = { status: counts.status, deployment_status: counts.deploymentStatus };
    return c.json({ items, next_cursor: nextCursor, counts: shown }, 200);
  });

  routes.openapi(read, async (c) => {
    const { history_before: historyBefore } = c.req.valid('query');
    const details = await getRun(ctx, { trainingJobName: possibleName(c.req.valid('param').name), historyBefore });
    return c.json(serializeRunDetails(details, basePath), 200);
  });

  // Any name: a row that the service cannot handle has to be removable.
  routes.openapi(remove, async (c) => {
    const run = await removeRun(ctx, { trainingJobName: c.req.valid('param').name });
    return c.json(serializeRun(run, basePath), 200);
  });

  routes.openapi(stop, async (c) => {
    const trainingJobName = possibleName(c.req.valid('param').name);
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const run = await stopRun(ctx, { trainingJobName, by: callerOf(c).name, idempotencyKey });
    const response = serializeRun(run, basePath);
    c.header('Location', response.links.self);
    return c.json(response, 202);
  });
}
