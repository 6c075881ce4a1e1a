import { randomUUID } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { logContext, type Logger } from '../../observability/logger.ts';
import type { ApiEnv } from '../env.ts';

/** Ids from outside are taken when they can stand in a header and a log line as they are. */
const saneRequestId = /^[\w.:=/+-]{1,128}$/;

/** Gives each request an id (a sane incoming X-Request-Id is kept), which is answered and stands in every line it causes. */
export const requestId = createMiddleware<ApiEnv>(async (c, next) => {
  const incoming = c.req.header('x-request-id') ?? '';
  const id = saneRequestId.test(incoming) ? incoming : randomUUID();
  c.set('requestId', id);
  await logContext.run({ request_id: id }, next);
  c.res.headers.set('x-request-id', id);
});

/** One line a request; health checks, which come every few seconds, only at debug. Without the query: people put keys there. */
export function accessLog(log: Logger, isQuiet: (path: string) => boolean) {
  // Its four fields are never among those that are redacted, and looking for those costs more than all else of a line.
  const requests = log.child({}, { redact: [] });
  return createMiddleware<ApiEnv>(async (c, next) => {
    const startedAt = performance.now();
    await next();
    const line = {
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      duration_ms: Math.round((performance.now() - startedAt) * 10) / 10,
    };
    if (isQuiet(c.req.path)) requests.debug(line, 'request');
    else requests.info(line, 'request');
  });
}
