/** What pages of other origins send (in Chromium: `npm run web-attacks`), as requests. */
import { describe, expect, it } from 'vitest';
import { isLoopbackHost, isOwnOrigin } from '../../src/api/middleware/web-origins.ts';
import { type Api, startApi } from '../api/harness.ts';
import { exchange } from './raw.ts';
import { createSender, type Received } from './send.ts';

const key = 'the-only-key-0123456789';

async function send(api: Api, method: string, path: string, headers: Record<string, string>): Promise<Received> {
  const sender = createSender(api.url, 10_000);
  try {
    return await sender.send({ method, path, headers, body: null });
  } finally {
    sender.close();
  }
}

const codeOf = ({ text }: Received): unknown => (JSON.parse(text) as Record<string, unknown>)['code'];
const hostOf = (api: Api): string => new URL(api.url).host;

describe('Host header, without keys', () => {
  it.each(['localhost', 'LOCALHOST:8006', '127.0.0.1', '127.0.0.1:65535', '127.255.255.255:1', '[::1]', '[::1]:8006'])(
    '%s names this machine',
    (host) => expect(isLoopbackHost(host)).toBe(true),
  );

  it.each([
    '',
    'evil.example',
    'evil.example:8006',
    'localhost.evil.example',
    'localhost.',
    'a.localhost',
    '127.0.0.1.evil.example',
    '127.0.0.1.',
    '127.1',
    '127.0.0.256',
    '127.0.0.01',
    '127.0.0.1:65536',
    '127.0.0.1:',
    '127.0.0.1:80:80',
    'me@127.0.0.1',
    '127.0.0.1@evil.example',
    '127.0.0.1, evil.example',
    '127.0.0.1/evil',
    ' 127.0.0.1',
    '0.0.0.0',
    '0.0.0.0:8006',
    '0',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '::1',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::1%25lo]',
    '10.0.0.1',
    '169.254.169.254',
  ])('%j does not name this machine, or not for certain', (host) => expect(isLoopbackHost(host)).toBe(false));

  it('is checked on every route, before anything else', async () => {
    const api = await startApi();
    const routes = [
      ['POST', '/bootstrap'],
      ['GET', '/training-jobs'],
      ['POST', '/deploy/job'],
      ['POST', '/events'],
      ['GET', '/metrics'],
      ['GET', '/docs'],
      ['GET', '/admin/queues'],
      ['GET', '/admin/queues/api/queues'],
      ['GET', '/health/ready'],
      ['GET', '/no-such-route'],
      ['OPTIONS', '/bootstrap'],
    ] as const;
    for (const host of ['evil.example', '0.0.0.0:8006', `evil.example:${new URL(api.url).port}`, 'localhost.']) {
      for (const [method, path] of routes) {
        for (const prefix of ['', '/model-init']) {
          const response = await send(api, method, `${prefix}${path}`, { host, 'sec-fetch-site': 'same-origin' });
          expect([response.status, codeOf(response)], `${method} ${path} of ${host}`).toEqual([403, 'foreign_host']);
        }
      }
    }
    expect(api.simulator.effects()).toEqual([]);
    for (const host of ['localhost', `LOCALHOST:${new URL(api.url).port}`, '127.0.0.9:1', '[::1]:8006'])
      expect((await send(api, 'GET', '/training-jobs', { host })).status, host).toBe(200);
  });

  it.each([
    ['no Host at all', 'GET /training-jobs HTTP/1.0\r\n\r\n', 403],
    ['two of them', 'GET /training-jobs HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 403],
    [
      'another address in the request line',
      'GET http://evil.example/training-jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      403,
    ],
    [
      'names of proxies',
      'GET /training-jobs HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\nForwarded: host=localhost\r\nConnection: close\r\n\r\n',
      403,
    ],
    ['credentials in it', 'GET /training-jobs HTTP/1.1\r\nHost: localhost@evil.example\r\nConnection: close\r\n\r\n', 400],
  ])('with %s > is refused', async (_, text, status) => {
    const { url } = await startApi();
    expect((await exchange(url, text)).statuses).toEqual([status]);
  });

  it('can be any with keys', async () => {
    const api = await startApi({ apiKeys: [key] });
    expect((await send(api, 'POST', '/bootstrap', { host: 'ml.example.com', 'x-api-key': key })).status).toBe(202);
  });
});

describe('Origin header', () => {
  it.each([
    ['http://localhost:8006', 'localhost:8006', null],
    ['http://LocalHost:8006', 'LOCALHOST:8006', null],
    ['http://[::1]:8006', '[::1]:8006', null],
    ['https://ml.example.com', 'ml.example.com', null],
    ['https://ml.example.com', 'ml.example.com:443', null],
    ['http://ml.example.com', 'ml.example.com:80', null],
    ['https://ml.example.com:8443', 'ml.example.com:8443', null],
    ['https://ml.example.com', '127.0.0.1:8006', 'https://ml.example.com/model-init'],
    ['https://ml.example.com', '127.0.0.1:8006', 'https://ML.example.com:443'],
  ])('%s is the own origin at %s (PUBLIC_URL %j)', (origin, host, publicUrl) =>
    expect(isOwnOrigin(origin, host, publicUrl)).toBe(true),
  );

  it.each([
    ['null', 'localhost:8006', null],
    ['', 'localhost:8006', null],
    ['http://localhost:8007', 'localhost:8006', null],
    ['http://localhost', 'localhost:8006', null],
    ['http://127.0.0.1:8006', 'localhost:8006', null],
    ['https://evil.example', 'ml.example.com', null],
    ['https://ml.example.com.evil.example', 'ml.example.com', null],
    ['https://ml.example.com:444', 'ml.example.com', null],
    ['https://ml.example.com', 'ml.example.com:80', null],
    ['https://ml.example.com', undefined, null],
    ['https://ml.example.com', '', null],
    ['https://ml.example.com, https://evil.example', 'ml.example.com', null],
    ['https://me@ml.example.com', 'ml.example.com', null],
    ['https://ml.example.com/', 'ml.example.com', null],
    ['https://ml.example.com:99999', 'ml.example.com:99999', null],
    ['file://localhost:8006', 'localhost:8006', null],
    ['chrome-extension://localhost', 'localhost', null],
    ['http://ml.example.com', '127.0.0.1:8006', 'https://ml.example.com/model-init'],
    ['https://evil.example', '127.0.0.1:8006', 'https://ml.example.com/model-init'],
  ])('%s is foreign at %s (PUBLIC_URL %j)', (origin, host, publicUrl) =>
    expect(isOwnOrigin(origin, host, publicUrl)).toBe(false),
  );

  it.each([
    ['without keys', []],
    ['with keys', [key]],
  ])('%s > a foreign one changes nothing, by any method', async (_, apiKeys) => {
    const api = await startApi({ apiKeys });
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://${hostOf(api)}`.replace(/\d+$/, '1') },
      { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: `http://${hostOf(api)}`, 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) {
      for (const [method, path] of [
        ['POST', '/bootstrap?auto_deploy=true'],
        ['POST', '/training-jobs/job/stop'],
        ['POST', '/model-init/deploy/job'],
        ['POST', '/events'],
        ['PUT', '/admin/queues/api/queues/deploy/pause'],
        ['DELETE', '/training-jobs/job'],
        ['PATCH', '/no-such-route'],
      ] as const) {
        const response = await send(api, method, path, { 'x-api-key': key, ...headers });
        expect([response.status, codeOf(response)], `${method} ${path}`).toEqual([403, 'cross_site_request']);
      }
      expect((await send(api, 'GET', '/training-jobs', { 'x-api-key': key, ...headers })).status).toBe(200);
    }
    expect(api.simulator.effects()).toEqual([]);
    const own: Record<string, string>[] = [
      { origin: `http://${hostOf(api)}` },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of own) expect((await send(api, 'POST', '/bootstrap', { 'x-api-key': key, ...headers })).status).toBe(202);
  });

  it('is the own one behind a proxy that changes Host, when PUBLIC_URL names it', async () => {
    const api = await startApi({ apiKeys: [key], publicUrl: 'https://ml.example.com/model-init' });
    const from = (origin: string) => send(api, 'POST', '/bootstrap', { 'x-api-key': key, origin });
    expect((await from('https://ml.example.com')).status).toBe(202);
    expect((await from('https://evil.example')).status).toBe(403);
  });
});

it('every response > is unreadable to a page of another origin', async () => {
  const api = await startApi({ apiKeys: [key] });
  const requested = {
    origin: 'https://evil.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-api-key',
  };
  for (const [method, path] of [
    ['OPTIONS', '/bootstrap'],
    ['GET', '/training-jobs'],
    ['GET', '/health/live'],
    ['GET', '/admin/queues/api/queues'],
    ['POST', '/bootstrap'],
  ] as const) {
    const { headers } = await send(api, method, path, { ...requested, 'x-api-key': key });
    expect(
      Object.keys(headers).filter((name) => name.startsWith('access-control-')),
      path,
    ).toEqual([]);
    expect(headers['cross-origin-resource-policy'], path).toBe('same-origin');
  }
});
