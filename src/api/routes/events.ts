import { createRoute, z } from '@hono/zod-openapi';
import { receiveEvent } from '../../services/events/receive-event.ts';
import { checkedBody } from '../middleware/json-body.ts';
import type { ApiDeps } from '../deps.ts';
import { changeProblems, json } from '../problems/openapi.ts';
import { eventInWords, EventSchema } from '../schemas/event.ts';
import { jsonBody } from '../schemas/json-body.ts';
import type { Routes } from '../env.ts';
import { needsRole } from './security.ts';

const ReceivedSchema = z
  .object({
    accepted: z.boolean(),
    reason: z
      .string()
      .optional()
      .openapi({ description: 'With `accepted: false`', example: 'other-job was not started by this service' }),
  })
  .openapi('Received');

const body = jsonBody('Event', EventSchema, {
  required: eventInWords,
  anyValues: true,
  // As SageMaker sends it, shortened.
  example: {
    version: '0',
    id: '844e2571-85d4-695f-b930-0153b71dcb42',
    'detail-type': 'SageMaker Training Job State Change',
    source: 'aws.sagemaker',
    time: '2026-11-24T15:22:53Z',
    detail: { TrainingJobName: 'ml-sentiment-training-20261124-150253-k3f9zq', TrainingJobStatus: 'Completed' },
  },
});

const route = createRoute({
  method: 'post',
  path: '/events',
  operationId: 'receiveEvent',
  tags: ['training'],
  summary: 'Take an EventBridge event: a training job or an endpoint changed its state',
  security: needsRole('operate'),
  description: 'A hint: a worker observes the training or endpoint at once. Safe to repeat, in any order.',
  request: { body },
  responses: {
    202: json(ReceivedSchema, 'Accepted, or not for this service'),
    ...changeProblems('database_unavailable', 'redis_unavailable'),
  },
});

export function eventRoutes(routes: Routes, { ctx }: ApiDeps): void {
  // zod's own description: zod-openapi knows no `catch`, by which an odd field does not cost the event.
  const { $schema: _, ...described } = z.toJSONSchema(EventSchema, { io: 'input', target: 'draft-2020-12' });
  routes.openAPIRegistry.registerComponent('schemas', 'Event', JSON.parse(JSON.stringify(described)));
  routes.openapi(route, async (c) => c.json(await receiveEvent(ctx, checkedBody(c, body)), 202));
}
