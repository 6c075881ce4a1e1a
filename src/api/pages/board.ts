import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic, type ServeStaticOptions } from '@hono/node-server/serve-static';
import { type Env, Hono } from 'hono';
import { boardPage } from './board-page.ts';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../problems/api-error.ts';
import { withTimeout } from '../../async/with-timeout.ts';

/** BullMQ's Queue, by way of Bull Board: only src/queue and src/worker know BullMQ. */
export type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0];

export const boardPath = '/admin/queues';

/**
 * A queue whose Redis was unavailable when it was opened never resolves
 * (docs/reference/bullmq-behavior.md#a-queue-waits-for-its-first-connection).
 */
const responseTimeoutMs = 5000;

const unreadable = (cause: Error): ApiError =>
  new ApiError('redis_unavailable', 'The queues could not be read from Redis', { cause });

/** Bull Board over the queues, read-only; to be mounted at `boardPath`, under any prefix. */
export function createBoard(queues: readonly BoardQueue[]): Hono<ApiEnv> {
  // Its own rewrite knows one mount point only; this one finds the file behind any prefix.
  const adapter = new HonoAdapter(<E extends Env>(options?: ServeStaticOptions<E>) =>
    serveStatic<E>({ ...options, rewriteRequestPath: (path) => path.replace(/^.*?\/static/, '') }),
  );
  createBullBoard({
    serverAdapter: adapter,
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    options: { uiConfig: { boardTitle: 'autodeploy', hideDocsLink: true, hideRedisDetails: true, showWorkers: false } },
  });
  // The plugin is a Hono of its own, which would turn a thrown error into a response; the error goes through the body instead.
  adapter.setErrorHandler((error) =>
    // It decodes some of the query a second time.
    error instanceof URIError ? { status: 400, body: { error: error.message } } : { status: 500, body: error.message },
  );

  const board = new Hono<ApiEnv>();
  board.use(async (c, next) => {
    await withTimeout(responseTimeoutMs, next(), () => unreadable(new Error(`no answer within ${responseTimeoutMs} ms`)));
    if (c.res.status === 500) throw unreadable(new Error(await c.res.text()));
    const type = c.res.headers.get('content-type') ?? '';
    if (c.res.status === 200 && type.startsWith('text/html')) {
      c.res = c.html(boardPage(await c.res.text(), new URL(c.req.url).pathname, boardPath));
    } else if (c.res.status === 200 && c.req.path.includes('/static/')) {
      // Their names change with their content.
      c.res.headers.set('cache-control', 'private, max-age=86400');
    }
  });
  board.route('/', adapter.registerPlugin());
  return board;
}
