import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startApi } from './harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { expectProblem } from './request.ts';

const key = 'the-only-key-0123456789';

describe('unknown routes and methods', () => {
  it.each(['/nothing', '/training-jobs/a/b', '/model-init/model-init/health/live', '/model-initx/health/live'])(
    '%s returns 404',
    async (path) => {
      const { ask } = await startApi();
      for (const method of ['GET', 'POST', 'DELETE']) expectProblem(await ask(method, path), 404, 'not_found');
    },
  );

  it.each([
    ['POST', '/', 'GET, HEAD'],
    ['GET', '/bootstrap', 'POST'],
    ['PUT', '/training-jobs/some-job', 'GET, HEAD, DELETE'],
    ['POST', '/training-jobs', 'GET, HEAD'],
    ['GET', '/training-jobs/some-job/stop', 'POST'],
    ['GET', '/deploy/some-job', 'POST'],
    ['PUT', '/health/live', 'GET, HEAD'],
    ['PATCH', '/openapi.json', 'GET, HEAD'],
    ['OPTIONS', '/bootstrap', 'POST'],
    ['HEAD', '/bootstrap', 'POST'],
    ['PUT', '/docs/swagger-ui.css', 'GET, HEAD'],
    ['POST', '/admin/queues', 'GET, HEAD'],
  ])('%s %s returns 405 with the allowed methods', async (method, path, allow) => {
    const { ask } = await startApi();
    for (const prefix of ['', '/model-init']) {
      const response = await ask(method, `${prefix}${path}`);
      expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
      if (method === 'HEAD') continue;
      expect(expectProblem(response, 405, 'method_not_allowed').detail).toBe(`Use ${allow.replaceAll(', ', ' or ')}`);
    }
  });

  it('a trailing slash makes no difference', async () => {
    const { ask } = await startApi();
    expect((await ask('GET', '/training-jobs/')).status).toBe(200);
    expect((await ask('POST', '/model-init/bootstrap/')).status).toBe(202);
  });

  it('HEAD returns the headers of GET', async () => {
    const { ask } = await startApi();
    expect(await ask('HEAD', '/training-jobs')).toMatchObject({ status: 200, text: '' });
  });
});

describe('BASE_PATH', () => {
  it('serves the routes at the root and beneath it', async () => {
    const { ask } = await startApi({ basePath: '/ml/v1' });
    for (const prefix of ['', '/ml/v1']) {
      const { body } = await ask('POST', `${prefix}/bootstrap`);
      expect(body).toMatchObject({ links: { self: expect.stringMatching(/^\/ml\/v1\/training-jobs\/ml-sentiment-training-/) } });
    }
    expect((await ask('GET', '/model-init/health/live')).status).toBe(404);
  });

  it('can be empty', async () => {
    const { ask } = await startApi({ basePath: '' });
    expect((await ask('POST', '/bootstrap')).body).toMatchObject({ links: { queue: '/admin/queues' } });
    expect((await ask('GET', '/model-init/health/live')).status).toBe(404);
  });
});

describe('every response', () => {
  const paths = ['/health/live', '/training-jobs', '/nothing', '/docs', '/admin/queues', '/metrics', '/openapi.json'];

  it('has a request id, which the log has too', async () => {
    const { ask, logged } = await startApi();
    for (const path of paths) {
      const id = (await ask('GET', path)).headers.get('x-request-id');
      expect(id).toMatch(/^[\da-f-]{36}$/);
      expect(logged('debug', 'info').find((line) => line['request_id'] === id)).toMatchObject({
        msg: 'request',
        method: 'GET',
        path,
      });
    }
  });

  it("keeps the caller's request id, unless it could forge a line or a header", async () => {
    const { ask } = await startApi();
    const responseTo = async (id: string) =>
      (await ask('GET', '/nothing', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await responseTo('Root=1-67891233-abcdef012345678912345678')).toBe('Root=1-67891233-abcdef012345678912345678');
    for (const id of ['x'.repeat(129), 'a b', '{"level":"error"}', '']) expect(await responseTo(id)).toMatch(/^[\da-f-]{36}$/);
  });

  it('has the security headers', async () => {
    const { ask } = await startApi({ apiKeys: [key] });
    for (const path of paths) {
      for (const requested of [{ headers: { 'x-api-key': key } }, {}]) {
        const { headers } = await ask('GET', path, requested);
        expect(headers.get('content-security-policy'), path).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('x-frame-options')).toBe('DENY');
        expect(headers.get('referrer-policy')).toBe('no-referrer');
        const isTagged = path === '/training-jobs' && 'headers' in requested;
        expect(headers.get('cache-control')).toBe(isTagged ? 'private, no-cache' : 'no-store');
        expect(headers.get('x-powered-by')).toBeNull();
      }
    }
  });
});

describe('invalid HTTP', () => {
  const timeouts = { headersMs: 100, requestMs: 100, keepAliveMs: 1000, checkEveryMs: 20 };
  const timedOut = /^HTTP\/1\.1 408 .*"code":"request_timeout","request_id":"[\da-f-]{36}"\}$/s;
  const send = (url: string, text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      let response = '';
      socket.on('data', (data) => (response += data.toString()));
      socket.on('close', () => resolve(response));
      socket.on('error', reject);
      socket.write(text);
    });

  it('returns a problem and closes the connection', async () => {
    const { url, logged } = await startApi();
    const garbage = await send(url, 'NONSENSE\r\n\r\n');
    expect(garbage).toMatch(/^HTTP\/1\.1 400 .*"code":"bad_request","request_id":"[\da-f-]{36}"\}$/s);
    const huge = await send(url, `GET / HTTP/1.1\r\nHost: localhost\r\nX-Huge: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(huge).toMatch(/^HTTP\/1\.1 431 .*"code":"headers_too_large","request_id":"[\da-f-]{36}"\}$/s);
    for (const [response, status] of [
      [garbage, 400],
      [huge, 431],
      [await send(url, 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n'), 400],
    ] as const) {
      const [, id] = /^x-request-id: ([\da-f-]{36})\r$/im.exec(response) ?? [];
      expect(JSON.parse(response.slice(response.indexOf('{'), response.lastIndexOf('}') + 1))).toMatchObject({
        status,
        request_id: id,
      });
      expect(logged('info').find((line) => line['request_id'] === id)).toMatchObject({ event: 'http.request', status });
    }
  });

  it('is cut when it is too slow', async () => {
    const { url, logged } = await startApi({ timeouts });
    expect(await send(url, 'GET / HTTP/1.1\r\nHost: localhost\r\n')).toMatch(timedOut);
    expect(logged('info')).toMatchObject([{ event: 'http.request', status: 408 }]);
  });

  it('is none where nothing was sent: a connection that was opened ahead ends without a line', async () => {
    const { url, logged } = await startApi({ timeouts });
    expect(await send(url, '')).toMatch(timedOut);
    expect(logged('info')).toEqual([]);
  });

  it('of which the head ends early is logged', async () => {
    const { url, logged } = await startApi();
    connect(Number(new URL(url).port), '127.0.0.1').end('GET /health/live HTTP/1.1\r\nHost: loc');
    await eventually(() => logged('info').length > 0);
    expect(logged('info')).toMatchObject([{ event: 'http.request', status: 400, reason: 'HPE_INVALID_EOF_STATE' }]);
  });
});
