import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../deps.ts';
import { ApiError } from '../problems/api-error.ts';
import { json, openProblems } from '../problems/openapi.ts';
import { withTimeout } from '../../async/with-timeout.ts';
import { errorMessage } from '../../core/errors.ts';
import { readinessTiming } from '../../core/timing.ts';
import type { Routes } from '../env.ts';
import { needsNoKey } from './security.ts';

const retryAfterSeconds = 2;

const live = createRoute({
  method: 'get',
  path: '/health/live',
  operationId: 'checkLiveness',
  tags: ['operation'],
  summary: 'Whether the process responds',
  security: needsNoKey,
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'It responds'), ...openProblems() },
});

const ok = z.literal('ok');

const ready = createRoute({
  method: 'get',
  path: '/health/ready',
  operationId: 'checkReadiness',
  tags: ['operation'],
  summary: 'Whether Redis and the database take writes, AWS accepts the credentials of the service, and the clock is right',
  security: needsNoKey,
  responses: {
    200: json(
      z.object({ status: z.literal('ok'), checks: z.object({ redis: ok, database: ok, sagemaker: ok, clock: ok }) }),
      'All of them do',
    ),
    ...openProblems('not_ready'),
  },
});

export function healthRoutes(routes: Routes, { health }: ApiDeps): void {
  routes.openapi(live, (c) => c.json({ status: 'ok' as const }, 200));

  routes.openapi(ready, async (c) => {
    const [redis, database, sagemaker, clock] = await Promise.all([
      outcome(() => health.redis()),
      outcome(() => health.database()),
      outcome(() => health.sagemaker()),
      outcome(() => health.clock()),
    ]);
    if (redis === 'ok' && database === 'ok' && sagemaker === 'ok' && clock === 'ok') {
      return c.json({ status: 'ok' as const, checks: { redis, database, sagemaker, clock } }, 200);
    }
    const parts = { Redis: redis, 'the database': database, SageMaker: sagemaker, 'the clock': clock };
    const failed = Object.entries(parts).filter(([, reason]) => reason !== 'ok');
    throw new ApiError('not_ready', failed.map(([part, reason]) => `${part}: ${reason}`).join('; '), {
      checks: { redis, database, sagemaker, clock },
      retryAfterSeconds,
    });
  });
}

/** `ok`, or the reason why not. A part that does not respond in time counts as unavailable: the probe has a time limit too. */
async function outcome(check: () => Promise<void>): Promise<string> {
  try {
    await withTimeout(readinessTiming.checkMs, check(), () => new Error(`no answer within ${readinessTiming.checkMs} ms`));
    return 'ok';
  } catch (error) {
    return errorMessage(error);
  }
}
