import { createRoute, z } from '@hono/zod-openapi';
import { receiveEvent } from '../../services/events/receive-event.ts';
import { readJsonBody } from '../middleware/body.ts';
import type { ApiDeps } from '../deps.ts';
import { json, problems } from '../problems/openapi.ts';
import { EventSchema } from '../schemas/event.ts';
import type { Routes } from '../env.ts';

const ReceivedSchema = z
  .object({
    accepted: z.boolean(),
    reason: z
      .string()
      .optional()
      .openapi({ description: 'With `accepted: false`', example: 'other-job was not started by this service' }),
  })
  .openapi('Received');

/** As SageMaker sends it, shortened. */
const example = {
  version: '0',
  id: '844e2571-85d4-695f-b930-0153b71dcb42',
  'detail-type': 'SageMaker Training Job State Change',
  source: 'aws.sagemaker',
  time: '2026-11-24T15:22:53Z',
  detail: { TrainingJobName: 'ml-sentiment-training-20261124-150253-k3f9zq', TrainingJobStatus: 'Completed' },
};

const route = createRoute({
  method: 'post',
  path: '/events',
  operationId: 'receiveEvent',
  tags: ['training'],
  summary: 'Take an EventBridge event: a training job or an endpoint changed its state',
  description: 'A hint: a worker looks at SageMaker at once. Safe to repeat, in any order.',
  request: {
    body: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/Event' }, example } } },
  },
  responses: {
    202: json(ReceivedSchema, 'Taken, or not for this service'),
    ...problems(
      'invalid_request',
      'payload_too_large',
      'unsupported_media_type',
      'cross_site_request',
      'database_unavailable',
      'redis_unavailable',
    ),
  },
});

export function eventRoutes(routes: Routes, { ctx }: ApiDeps): void {
  // zod's own description: zod-openapi knows no `catch`, which keeps an odd field from costing the event.
  const { $schema: _, ...described } = z.toJSONSchema(EventSchema, { io: 'input', target: 'draft-2020-12' });
  routes.openAPIRegistry.registerComponent('schemas', 'Event', JSON.parse(JSON.stringify(described)));
  routes.openapi(route, async (c) =>
    c.json(await receiveEvent(ctx, await readJsonBody(c, EventSchema, { anyValues: true })), 202),
  );
}
