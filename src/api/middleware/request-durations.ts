import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../env.ts';

export interface Responded {
  /** The pattern of the route, like `/training-jobs/{name}`; null where the request reached none. */
  route: string | null;
  method: string;
  status: number;
  durationMs: number;
}

/** Measures each request until its response begins: what a stream takes is its reader's time. */
export function measureRequests(onResponse: (request: Responded) => void) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const startedAt = performance.now();
    await next();
    onResponse({
      route: c.get('route')?.pattern ?? null,
      method: c.req.method,
      status: c.res.status,
      durationMs: performance.now() - startedAt,
    });
  });
}
