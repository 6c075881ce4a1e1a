import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startApi } from './harness.ts';
import { expectProblem, type RequestedCall } from './request.ts';

const keys = ['first-key-0123456789', 'second-key-0123456789'];
const basic = (password: string) => `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;

const bearer: RequestedCall = { headers: { authorization: `Bearer ${keys[0]}` } };
const xApiKey: RequestedCall = { headers: { 'x-api-key': keys[1] ?? '' } };
const basicKey: RequestedCall = { headers: { authorization: basic(keys[1] ?? '') } };
const wrong: RequestedCall[] = [
  {},
  { headers: { authorization: 'Bearer first-key' } },
  { headers: { authorization: `Bearer ${keys[0]}x` } },
  { headers: { authorization: `Bearer ${keys.join(',')}` } },
  { headers: { authorization: keys[0] ?? '' } },
  { headers: { 'x-api-key': '' } },
  { headers: { authorization: basic('first-key') } },
];

const forPrograms = [
  ['POST', '/bootstrap'],
  ['GET', '/training-jobs'],
  ['GET', '/training-jobs/some-job'],
  ['POST', '/training-jobs/some-job/stop'],
  ['POST', '/deploy/some-job'],
  ['GET', '/deployments'],
  ['GET', '/endpoint-status'],
  ['GET', '/status'],
  ['GET', '/no-such-route'],
] as const;
const forBrowsers = ['/metrics', '/openapi.json', '/docs', '/docs/swagger-ui.css', '/admin/queues', '/admin/queues/api/queues'];

describe.each(['', '/model-init'])('API keys, under "%s"', (prefix) => {
  it('are needed by every route but health', async () => {
    const { ask } = await startApi({ apiKeys: keys });
    for (const [method, path] of [...forPrograms, ...forBrowsers.map((page) => ['GET', page] as const)]) {
      for (const requested of wrong) {
        const response = await ask(method, `${prefix}${path}`, requested);
        expectProblem(response, 401, 'unauthorized');
        expect(response.headers.get('www-authenticate')).toMatch(forBrowsers.includes(path) ? /^Basic / : /^Bearer$/);
      }
    }
  });

  it('are not accepted in the query', async () => {
    const { ask } = await startApi({ apiKeys: keys });
    for (const name of ['api_key', 'apiKey', 'key', 'access_token', 'x-api-key']) {
      expectProblem(await ask('GET', `${prefix}/training-jobs?${name}=${keys[0]}`), 401, 'unauthorized');
    }
  });

  it('open every route, each of them, in either header', async () => {
    const { ask } = await startApi({ apiKeys: keys });
    for (const requested of [bearer, xApiKey]) {
      for (const [method, path] of forPrograms) {
        expect((await ask(method, `${prefix}${path}`, requested)).status, path).not.toBe(401);
      }
      for (const path of forBrowsers) expect((await ask('GET', `${prefix}${path}`, requested)).status, path).toBe(200);
    }
  });

  it('open pages as the password of HTTP basic, and no other route', async () => {
    const { ask } = await startApi({ apiKeys: keys });
    for (const path of forBrowsers) expect((await ask('GET', `${prefix}${path}`, basicKey)).status, path).toBe(200);
    for (const [method, path] of forPrograms) {
      expectProblem(await ask(method, `${prefix}${path}`, basicKey), 401, 'unauthorized');
    }
  });

  it('are not needed for health', async () => {
    const { ask } = await startApi({ apiKeys: keys });
    expect((await ask('GET', `${prefix}/health/live`)).status).toBe(200);
    expect((await ask('GET', `${prefix}/health/ready`)).status).toBe(200);
  });
});

describe('request bodies', () => {
  const json = { 'content-type': 'application/json' };
  const limit = 256 * 1024;
  const bodyOf = (bytes: number) => JSON.stringify({}).padEnd(bytes, ' ');
  const chunked = (text: string) => new Blob([text]).stream();

  it('are accepted up to 256 KiB, with a declared length or in chunks', async () => {
    const { ask } = await startApi();
    expect((await ask('POST', '/bootstrap', { headers: json, raw: bodyOf(limit) })).status).toBe(202);
    expect((await ask('POST', '/bootstrap', { headers: json, raw: chunked(bodyOf(limit)) })).status).toBe(202);
  });

  it.each(['/bootstrap', '/deploy/some-job', '/training-jobs/some-job/stop', '/no-such-route'])(
    'are refused above 256 KiB at %s',
    async (path) => {
      const { ask, logged } = await startApi();
      for (const raw of [bodyOf(limit + 1), chunked(bodyOf(limit + 1))]) {
        expectProblem(await ask('POST', path, { headers: json, raw }), 413, 'payload_too_large');
      }
      expect(logged('error')).toEqual([]);
    },
  );

  it('are refused by their declared length before the client sends them', async () => {
    const { url } = await startApi();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      'POST /bootstrap HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n',
    );
    const response = await new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString()));
    });
    socket.destroy();
    expect(response).toMatch(/^HTTP\/1\.1 413 /);
    expect(response).toContain('payload_too_large');
  });

  it('must be JSON', async () => {
    const { ask } = await startApi();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
    ]) {
      const response = await ask('POST', '/bootstrap', { headers: { 'content-type': type }, raw: '{}' });
      expectProblem(response, 415, 'unsupported_media_type');
    }
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/merge-patch+json']) {
      expect((await ask('POST', '/bootstrap', { headers: { 'content-type': type }, raw: '{}' })).status, type).toBe(202);
    }
  });

  it('can be left out', async () => {
    const { ask } = await startApi();
    expect((await ask('POST', '/bootstrap')).status).toBe(202);
    expect((await ask('POST', '/bootstrap', { headers: json, raw: '' })).status).toBe(202);
  });

  it('are invalid when they are no JSON, or no object', async () => {
    const { ask } = await startApi();
    for (const raw of ['{', '{"a":}', 'null', '[]', '"text"', '7', '{} {}']) {
      const { errors } = expectProblem(await ask('POST', '/bootstrap', { headers: json, raw }), 422, 'invalid_request');
      expect(errors).toEqual([{ field: 'body', detail: expect.stringMatching(/JSON/) }]);
    }
  });

  it.each(['Content-Length: 100\r\n\r\n{"a"', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a"'])(
    'are a bad request when they end early',
    async (rest) => {
      const { url, logged } = await startApi();
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      await new Promise<void>((resolve) => {
        socket.write(`POST /bootstrap HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${rest}`, () => resolve());
      });
      socket.destroySoon();
      await eventually(() => logged('info').find((line) => line['path'] === '/bootstrap'));
      expect(logged('info', 'error')).toMatchObject([{ msg: 'request', status: 400 }]);
    },
  );
});

describe('unknown routes and methods', () => {
  it.each(['/', '/nothing', '/training-jobs/a/b', '/model-init/model-init/health/live', '/model-initx/health/live'])(
    '%s returns 404',
    async (path) => {
      const { ask } = await startApi();
      for (const method of ['GET', 'POST', 'DELETE']) expectProblem(await ask(method, path), 404, 'not_found');
    },
  );

  it.each([
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

describe('query parameters', () => {
  it.each([
    ['POST', '/bootstrap?autodeploy=true', 'autodeploy', /: auto_deploy$/],
    ['GET', '/training-jobs?state=failed', 'state', /\bstatus, .*\bcursor\b/],
    ['GET', '/training-jobs?Status=failed', 'Status', /\bstatus, .*\bcursor\b/],
    ['GET', '/deployments?endpoint=live', 'endpoint', /\bendpoint_name, .*\bcursor\b/],
    ['GET', '/endpoint-status?name=live', 'name', /: endpoint_name$/],
    ['POST', '/deploy/some-job?forced=true', 'forced', /: force$/],
  ])('%s %s > names an unknown one, and those that are known', async (method, path, field, names) => {
    const { ask, simulator } = await startApi();
    for (const prefix of ['', '/model-init']) {
      const { errors } = expectProblem(await ask(method, `${prefix}${path}`), 422, 'invalid_request');
      expect(errors).toEqual([{ field, detail: expect.stringMatching(/^is not a known parameter; known are: /) }]);
      expect(errors?.[0]?.detail).toMatch(names);
    }
    expect(simulator.effects()).toEqual([]);
  });

  it.each([
    ['HEAD', '/metrics'],
    ['POST', '/training-jobs/some-job/stop'],
    ['POST', '/events'],
    ['GET', '/metrics'],
    ['GET', '/openapi.json'],
  ])('%s %s > accepts none', async (method, path) => {
    const { ask } = await startApi();
    const response = await ask(method, `${path}?verbose=1&%22=%zz`);
    expect(response.status).toBe(422);
    if (method === 'HEAD') return;
    const { errors = [] } = expectProblem(response, 422, 'invalid_request');
    // POST /events misses its body, too.
    expect(errors.filter(({ field }) => field !== 'body')).toEqual([
      { field: 'verbose', detail: 'is not a known parameter; this route has none' },
      { field: '"', detail: 'is not a known parameter; this route has none' },
    ]);
  });

  it.each([
    ['GET', '/training-jobs?limit=5&limit=6', 'limit'],
    ['GET', '/training-jobs/?status=failed&%73tatus=failed', 'status'],
    ['POST', '/bootstrap?auto_deploy=false&auto_deploy=true', 'auto_deploy'],
    ['POST', '/deploy/some-job?force=true&force=true', 'force'],
  ])('%s %s > refuses one that is given twice', async (method, path, field) => {
    const { ask, simulator } = await startApi();
    const { errors } = expectProblem(await ask(method, path), 422, 'invalid_request');
    expect(errors).toEqual([{ field, detail: 'is given more than once; send one value' }]);
    expect(simulator.effects()).toEqual([]);
  });

  it('are ignored by probes and pages', async () => {
    const { ask } = await startApi();
    for (const path of ['/health/live', '/health/ready', '/docs', '/admin/queues', '/admin/queues/api/queues'])
      expect((await ask('GET', `${path}?at=1&at=2`)).status, path).toBe(200);
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
    const { ask } = await startApi({ apiKeys: keys });
    for (const path of paths) {
      for (const requested of [bearer, {}]) {
        const { headers } = await ask('GET', path, requested);
        expect(headers.get('content-security-policy'), path).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('x-frame-options')).toBe('DENY');
        expect(headers.get('referrer-policy')).toBe('no-referrer');
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('x-powered-by')).toBeNull();
      }
    }
  });
});

describe('invalid HTTP', () => {
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
    const { url } = await startApi();
    const garbage = await send(url, 'NONSENSE\r\n\r\n');
    expect(garbage).toMatch(/^HTTP\/1\.1 400 .*"code":"bad_request"\}$/s);
    const huge = await send(url, `GET / HTTP/1.1\r\nHost: localhost\r\nX-Huge: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(huge).toMatch(/^HTTP\/1\.1 431 .*"code":"headers_too_large"\}$/s);
  });

  it('is cut when it is too slow', async () => {
    const { url } = await startApi({ timeouts: { headersMs: 100, requestMs: 100, keepAliveMs: 1000, checkEveryMs: 20 } });
    expect(await send(url, 'GET / HTTP/1.1\r\nHost: localhost\r\n')).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"\}$/s);
  });
});
