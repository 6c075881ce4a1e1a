import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Api, startApi } from './harness.ts';
import { type ApiResponse, expectProblem } from './request.ts';

/** For a slow machine: by default vitest waits for a second. */
const patiently = { timeout: 30_000, interval: 50 };

interface Entry {
  id: number;
  training_job_name: string | null;
  endpoint_name: string | null;
  subject: string;
  to: string;
}

interface Page {
  items: Entry[];
  last_id: number;
  reset: boolean;
}

interface Event {
  id?: string;
  event?: string;
  data?: string;
}

const history = (api: Api, query = ''): Promise<ApiResponse<Page>> => api.ask<Page>('GET', `/history${query}`);

const bootstrap = (api: Api, name: string, more: object = {}) =>
  api.ask('POST', '/bootstrap', { json: { training_job_name: name, ...more } });

/** An event stream: its blocks as they come, comments left out. */
async function follow(api: Api, query = '', headers: Record<string, string> = {}) {
  const client = new AbortController();
  onTestFinished(() => client.abort());
  const response = await fetch(`${api.url}/history${query}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: client.signal,
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const block = async (): Promise<Event | null> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const fields = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const event = Object.fromEntries(fields.filter((one) => !one.startsWith(':')).map((one) => one.split(/: (.*)/s)));
        if (Object.keys(event).length > 0) return event as Event;
        continue;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      text += value;
    }
  };
  const opening = await block();
  const next = async (): Promise<{ id: number; event: string | undefined; entry: Entry } | null> => {
    const found = await block();
    return found && { id: Number(found.id), event: found.event, entry: JSON.parse(found.data ?? 'null') as Entry };
  };
  return { response, opening, next, abort: () => client.abort() };
}

describe('GET /history', () => {
  it('returns the entries of all runs and endpoints in order, and where to continue', async () => {
    const api = await startApi();
    await bootstrap(api, 'one');
    await bootstrap(api, 'two', { endpoint_name: 'elsewhere' });
    await api.ask('POST', '/endpoints/elsewhere/hold', { json: { reason: 'no' } });
    const { status, body } = await history(api);
    expect(status).toBe(200);
    expect(body.items.map((one) => [one.training_job_name, one.endpoint_name, one.to])).toEqual([
      ['one', 'ml-sentiment-endpoint', 'requested'],
      ['one', 'ml-sentiment-endpoint', 'training'],
      ['two', 'elsewhere', 'requested'],
      ['two', 'elsewhere', 'training'],
      [null, 'elsewhere', 'held'],
    ]);
    expect(body).toMatchObject({ last_id: body.items.at(-1)?.id, reset: false });
    expect((await history(api, `?after=${body.last_id}`)).body).toEqual({ items: [], last_id: body.last_id, reset: false });
    expect((await history(api, '?after=latest')).body).toEqual({ items: [], last_id: body.last_id, reset: false });
    const paged = await history(api, '?limit=2&after=1');
    expect(paged.body.items.map(({ id }) => id)).toEqual([2, 3]);
    expect(paged.headers.get('link')).toBe('</model-init/history?limit=2&after=3>; rel="next"');
    expect((await history(api, '?limit=3&after=3')).headers.get('link')).toBeNull();
    const filtered = await history(api, '?endpoint_name=ELSEWHERE&training_job_name=two');
    expect(filtered.body.items.map(({ to }) => to)).toEqual(['requested', 'training']);
    expect((await history(api, '?after=1000')).body).toEqual({ items: [], last_id: 1000, reset: true });
  });

  it('waits for the first entry as long as it is asked to', async () => {
    const api = await startApi();
    expect((await history(api, '?wait=0.05')).body.items).toEqual([]);
    const waiting = history(api, '?wait=25');
    await vi.waitFor(() => expect(api.historyFeed.readers).toBe(1), patiently);
    await bootstrap(api, 'one');
    expect((await waiting).body.items[0]).toMatchObject({ training_job_name: 'one', to: 'requested' });
  });

  it.each([
    ['?after=-1', 'after'],
    ['?after=x', 'after'],
    ['?limit=0', 'limit'],
    ['?limit=1001', 'limit'],
    ['?wait=26', 'wait'],
    ['?wait=1e9', 'wait'],
    ['?from=1', 'from'],
    ['?endpoint_name=%20', 'endpoint_name'],
  ])('refuses %s', async (query, field) => {
    const { errors } = expectProblem(await history(await startApi(), query), 422, 'invalid_request');
    // No text of zod's, which does not say what it may hold.
    expect(errors).toMatchObject([{ field, detail: expect.not.stringContaining('Invalid') }]);
  });

  it('streams the entries that are there and those that come, each with its id', async () => {
    const api = await startApi();
    await bootstrap(api, 'before');
    const { response, opening, next } = await follow(api);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(opening).toEqual({ retry: '2000', id: '0' });
    expect(await next()).toMatchObject({
      id: 1,
      event: 'history',
      entry: { id: 1, training_job_name: 'before', to: 'requested' },
    });
    expect(await next()).toMatchObject({ id: 2, entry: { to: 'training' } });
    await bootstrap(api, 'after');
    expect(await next()).toMatchObject({ id: 3, event: 'history', entry: { training_job_name: 'after' } });
  });

  it('resumes behind Last-Event-ID, which wins over after, and resets behind an id that is not known', async () => {
    const api = await startApi();
    await bootstrap(api, 'one');
    const resumed = await follow(api, '?after=0', { 'last-event-id': '1' });
    expect(await resumed.next()).toMatchObject({ id: 2 });
    const latest = await follow(api, '?after=latest');
    expect(latest.opening).toMatchObject({ id: '2' });
    const lost = await follow(api, '?after=1', { 'last-event-id': '1000' });
    expect(await lost.next()).toMatchObject({ event: 'reset' });
    expect(await lost.next()).toBeNull();
    expectProblem(
      await api.ask('GET', '/history', { headers: { accept: 'text/event-stream', 'last-event-id': 'x' } }),
      422,
      'invalid_request',
    );
  });

  it('ends all streams and waits when the feed is closed', async () => {
    const api = await startApi();
    const streams = await Promise.all([follow(api), follow(api, '?training_job_name=none')]);
    const waiting = history(api, '?wait=25');
    await vi.waitFor(() => expect(api.historyFeed.readers).toBe(3), patiently);
    api.historyFeed.close();
    expect(await Promise.all(streams.map(({ next }) => next()))).toEqual([null, null]);
    expect(await waiting).toMatchObject({ status: 200, body: { items: [] } });
  });

  it('serves 200 streams, and forgets those whose client has gone', async () => {
    const api = await startApi();
    const streams = await Promise.all(Array.from({ length: 200 }, () => follow(api)));
    const refused = await api.ask('GET', '/history', { headers: { accept: 'text/event-stream' } });
    expectProblem(refused, 503, 'too_many_streams');
    for (const { abort } of streams) abort();
    await vi.waitFor(() => expect(api.historyFeed.readers).toBe(0), patiently);
    expect((await follow(api)).response.status).toBe(200);
  });

  it('sends no body for HEAD, and opens no stream', async () => {
    const api = await startApi();
    const response = await api.ask('HEAD', '/history?wait=25', { headers: { accept: 'text/event-stream' } });
    expect(response).toMatchObject({ status: 200, text: '' });
    expect((await api.ask('HEAD', '/history?wait=25')).status).toBe(200);
    expect(api.historyFeed.readers).toBe(0);
  });

  it('logs a stream when it is opened, and as a request when it is over', async () => {
    const api = await startApi();
    await bootstrap(api, 'one');
    const stream = await follow(api);
    await stream.next();
    const of = (event: string) => api.logged('info').filter((line) => line['event'] === event && line['path'] === '/history');
    await vi.waitFor(() => expect(of('http.stream_opened')).toHaveLength(1), patiently);
    expect(of('http.request')).toEqual([]);
    stream.abort();
    await vi.waitFor(
      () => expect(of('http.request')).toMatchObject([{ status: 200, ended_by: 'client', entries: 2 }]),
      patiently,
    );
    expect(of('http.request')[0]?.['request_id']).toBe(of('http.stream_opened')[0]?.['request_id']);
  });
});
