import { randomUUID } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { logContext, type Logger } from '../../observability/logger.ts';
import { traceIdOf } from '../../core/trace-parent.ts';
import type { ApiEnv } from '../env.ts';

/** Ids of callers are kept when they can stand in a header and in a log line as they are. */
const saneRequestId = /^[\w.:=/+-]{1,128}$/;

/**
 * Gives each request an id (a sane X-Request-Id is kept). The response carries it, and every log line that the request causes; so do these the
 * trace of its `traceparent`.
 */
export const requestId = createMiddleware<ApiEnv>(async (c, next) => {
  const incoming = c.req.header('x-request-id') ?? '';
  const id = saneRequestId.test(incoming) ? incoming : randomUUID();
  c.set('requestId', id);
  const traceId = traceIdOf(c.req.header('traceparent'));
  await logContext.run({ request_id: id, ...(traceId === null ? {} : { trace_id: traceId }) }, next);
  c.res.headers.set('x-request-id', id);
});

/** Without the token of a link, which lets its holder decide. */
export const shownPath = (path: string): string => path.replace(/(\/approvals\/)[^/]+/, '$1…');

/** One line for each request; health checks, which come every few seconds, at debug. Without the query: people put keys there. */
export function accessLog(log: Logger) {
  // Its fields are never among those that are redacted, and the search for those costs more than the rest of the line.
  const requests = log.child({}, { redact: [] });
  return createMiddleware<ApiEnv>(async (c, next) => {
    const startedAt = performance.now();
    await next();
    const request = {
      method: c.req.method,
      path: shownPath(c.req.path),
      status: c.res.status,
      // Inside of the key's check the context has it; this line is written outside.
      ...(c.get('caller')?.name == null ? {} : { caller: c.get('caller')?.name }),
    };
    const durationMs = (): number => Math.round((performance.now() - startedAt) * 10) / 10;
    const stream = c.get('stream');
    if (stream !== undefined) {
      requests.info({ event: 'http.stream_opened', ...request }, 'stream opened');
      // The context of the request's lines, its id among them, stays.
      void stream.then(({ end, entries, error }) => {
        const fields = { event: 'http.request', ...request, duration_ms: durationMs(), ended_by: end, entries };
        requests.info(error === null ? fields : { ...fields, err: error }, 'request');
      });
      return;
    }
    const line = { event: 'http.request', ...request, duration_ms: durationMs() };
    if (c.get('route')?.access === 'open') requests.debug(line, 'request');
    else requests.info(line, 'request');
  });
}
