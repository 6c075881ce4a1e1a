import { createRoute, z } from '@hono/zod-openapi';
import { readHistory } from '../../services/history/read-history.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../env.ts';
import { linkHeader, linkToNext } from '../next-page.ts';
import { json, readProblems } from '../problems/openapi.ts';
import { HistoryPageSchema } from '../schemas/history.ts';
import { HistoryFeedHeaders, HistoryFeedQuery } from '../schemas/request.ts';
import { serializeHistoryEntry } from '../serialize.ts';
import type { HistoryStreams } from '../streams/history-stream.ts';
import { needsRole } from './security.ts';

const page = json(HistoryPageSchema, 'The entries behind `after`, in the order of their ids');

const read = createRoute({
  method: 'get',
  path: '/history',
  operationId: 'readHistory',
  tags: ['operation'],
  security: needsRole('read'),
  summary: 'The history entries of all runs and endpoints, in order: a page, or a stream of them as they come',
  description:
    'Continue with `last_id` as `after`: no entry is ever skipped. With `wait` the response waits for the first entry. With ' +
    '`Accept: text/event-stream` it is a stream of server-sent events named `history`, whose `id` is that of the entry; `Last-Event-ID` ' +
    'wins over `after`. An event `reset` says that `after` is of another database, as after a restored backup: read everything again.',
  request: { query: HistoryFeedQuery, headers: HistoryFeedHeaders },
  responses: {
    200: {
      ...page,
      headers: linkHeader,
      content: {
        ...page.content,
        'text/event-stream': { schema: z.string().openapi({ example: 'id: 1\nevent: history\ndata: {…}' }) },
      },
    },
    ...readProblems('invalid_request', 'too_many_streams', 'database_unavailable'),
  },
});

export function historyRoutes(
  routes: Routes,
  { ctx, basePath, historyFeed, historyStreams }: ApiDeps & { historyStreams: HistoryStreams },
): void {
  routes.openapi(read, async (c) => {
    const { after, limit, wait, endpoint_name: endpointName, training_job_name: trainingJobName } = c.req.valid('query');
    const filter = { endpointName, trainingJobName };
    if (/\btext\/event-stream\b/.test(c.req.header('accept') ?? '')) {
      return historyStreams.respond(c, { after: c.req.valid('header')['last-event-id'] ?? after, filter });
    }
    const { items, lastId, isReset } = await readHistory(ctx, {
      after,
      filter,
      limit,
      waitMs: c.req.method === 'HEAD' ? 0 : wait * 1000,
      feed: historyFeed,
      signal: c.req.raw.signal,
    });
    // Of a page that is full: behind another one there is nothing yet.
    const next = items.length < limit ? null : { after: String(lastId) };
    linkToNext(c, { path: `${basePath}/history`, next });
    return c.json({ items: items.map(serializeHistoryEntry), last_id: lastId, reset: isReset }, 200);
  });
}
