import type { lookup, LookupAddress } from 'node:dns';
import { createServer } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNotifier, type NotifierOptions } from '../../src/notifications/notifier.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { listenOnLoopback } from '../../tools/testkit/loopback.ts';
import { startProxy } from '../../tools/testkit/proxy.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startReceiver } from './receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const otherSecret = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
const body = JSON.stringify({ type: 'deployment.deployed', data: { name: 'größer' } });

const notifierWith = (more: Partial<NotifierOptions> = {}) =>
  createNotifier({
    linkBase: '/model-init',
    privateAddresses: 'refuse',
    secretOf: () => secret,
    proxies: {},
    version: '1.2.3',
    ...more,
  });

const send = (url: string, options: Partial<NotifierOptions> & { secretEnv?: string | null; signal?: AbortSignal } = {}) => {
  const { secretEnv = 'HOOK_SECRET', signal = new AbortController().signal, ...more } = options;
  return notifierWith(more).send({ webhookId: 'd-1-deployed-0', url, secretEnv, body }, { now: Date.now(), signal });
};

const leadingTo = (address: string) =>
  Object((_: string, __: object, callback: (error: null, found: LookupAddress[]) => void) =>
    callback(null, [{ address, family: 4 }]),
  ) as typeof lookup;

describe('the notifier', () => {
  it('sends a body that the receiver can verify by the package of Standard Webhooks', async () => {
    const receiver = await startReceiver();
    expect(await send(`${receiver.url}/hook?a=b`)).toEqual({ kind: 'response', status: 200, retryAfterMs: null });
    const [request] = receiver.received;
    expect(request).toMatchObject({
      path: '/hook?a=b',
      body,
      headers: {
        'webhook-id': 'd-1-deployed-0',
        'content-type': 'application/json',
        'user-agent': 'sagemaker-autodeploy/1.2.3',
      },
    });
    const headers = request!.headers as Record<string, string>;
    expect(new Webhook(secret).verify(request!.body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(otherSecret).verify(request!.body, headers)).toThrow('No matching signature');
    expect(() => new Webhook(secret).verify(`${request!.body} `, headers)).toThrow('No matching signature');
    expect(() => new Webhook(secret).verify(request!.body, { ...headers, 'webhook-id': 'd-2' })).toThrow('No matching signature');
  });

  it('signs with each secret of a variable, while a receiver changes from one to another', async () => {
    const receiver = await startReceiver();
    await send(receiver.url, { secretOf: () => `${secret} ${otherSecret}` });
    const headers = receiver.received[0]!.headers as Record<string, string>;
    for (const one of [secret, otherSecret]) expect(new Webhook(one).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it('does not sign where the policy names no secret', async () => {
    const receiver = await startReceiver();
    expect(await send(receiver.url, { secretEnv: null })).toMatchObject({ status: 200 });
    expect(receiver.received[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it.each([
    [null, 'HOOK_SECRET is not set, which is to hold the secret to sign with.'],
    ['', 'HOOK_SECRET is not set, which is to hold the secret to sign with.'],
    ['hunter2', 'HOOK_SECRET holds no secret to sign with: whsec_ and the base64 of 24 to 64 bytes.'],
    ['whsec_c2hvcnQ=', 'HOOK_SECRET holds no secret to sign with: whsec_ and the base64 of 24 to 64 bytes.'],
    [`${secret} hunter2`, 'HOOK_SECRET holds no secret to sign with: whsec_ and the base64 of 24 to 64 bytes.'],
  ])('sends nothing when the secret is %s, and says which variable', async (value, reason) => {
    const receiver = await startReceiver();
    expect(await send(receiver.url, { secretOf: () => value })).toEqual({ kind: 'no_response', reason });
    expect(receiver.received).toEqual([]);
  });

  it('reports the status and how long to wait, and follows no redirect', async () => {
    const target = await startReceiver();
    const receiver = await startReceiver((response, { path }) => {
      if (path === '/moved') response.writeHead(307, { location: target.url }).end();
      else response.writeHead(429, { 'retry-after': '30' }).end();
    });
    expect(await send(`${receiver.url}/moved`)).toEqual({ kind: 'response', status: 307, retryAfterMs: null });
    expect(await send(`${receiver.url}/busy`)).toEqual({ kind: 'response', status: 429, retryAfterMs: 30_000 });
    expect(target.received).toEqual([]);
  });

  it('waits for no response longer than the time limit', async () => {
    const receiver = await startReceiver(() => {});
    expect(await send(receiver.url, { tryMs: 200 })).toEqual({
      kind: 'no_response',
      reason: 'The receiver did not respond within 0.2 s.',
    });
  });

  it('reads little of an endless response, and does not wait for its end', async () => {
    let closed = false;
    const receiver = await startReceiver((response) => {
      response.writeHead(200);
      const chunk = 'x'.repeat(16_384);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      response.on('close', () => (closed = true));
      more();
    });
    expect(await send(receiver.url)).toMatchObject({ status: 200 });
    await eventually(() => closed);
  });

  it('says why a receiver cannot be reached', async () => {
    const port = await freePort();
    expect(await send(`http://127.0.0.1:${port}/the-path`)).toEqual({
      kind: 'no_response',
      reason: `The receiver cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    const resetting = createServer((socket) => socket.destroy());
    const resettingPort = await listenOnLoopback(resetting);
    onTestFinished(() => void resetting.close());
    expect(await send(`http://127.0.0.1:${resettingPort}/`)).toMatchObject({
      reason: expect.stringContaining('The receiver cannot be reached: ') as unknown,
    });
    expect(await send('no address')).toEqual({ kind: 'no_response', reason: 'The address of the receiver is no URL.' });
  });

  it('connects to no private address, whatever leads there', async () => {
    const hosts = ['https://169.254.169.254', 'https://[::ffff:10.0.0.1]', 'https://2852039166', 'http://192.168.1.1'];
    for (const url of hosts) {
      expect(await send(`${url}/the-path`)).toMatchObject({
        reason: expect.stringContaining('NOTIFY_PRIVATE_ADDRESSES') as unknown,
      });
    }
    expect(await send('https://rebind.example.com/the-path', { resolve: leadingTo('169.254.169.254') })).toEqual({
      kind: 'no_response',
      reason: 'rebind.example.com leads to 169.254.169.254, which is not public: NOTIFY_PRIVATE_ADDRESSES may allow it.',
    });
  });

  it('connects to what its own look-up returned, where that is allowed', async () => {
    const receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const url = `http://receiver.example.com:${port}/`;
    const resolve = leadingTo('127.0.0.1');
    expect(await send(url, { resolve })).toMatchObject({ reason: expect.stringContaining('by http') as unknown });
    expect(receiver.received).toEqual([]);
    expect(await send(url, { resolve, privateAddresses: 'allow' })).toMatchObject({ status: 200 });
    expect(receiver.received[0]?.headers.host).toBe(`receiver.example.com:${port}`);
  });

  it('goes through the proxy, but not to loopback and private addresses, and reveals no password of it', async () => {
    const proxy = await startProxy();
    const receiver = await startReceiver();
    const proxies = { HTTPS_PROXY: proxy.url.replace('//', '//user:hunter2pass@') };
    const result = await send('https://hooks.example.com/the-path', { proxies });
    expect(proxy.requested).toMatchObject([{ what: 'CONNECT hooks.example.com:443' }]);
    expect(result).toEqual({
      kind: 'no_response',
      reason: 'The proxy does not connect to the receiver (ERR_PROXY_TUNNEL).',
    });
    expect(await send('https://10.0.0.1/', { proxies })).toMatchObject({ kind: 'no_response' });
    expect(await send(receiver.url, { proxies: { HTTP_PROXY: proxy.url } })).toMatchObject({ status: 200 });
    expect(proxy.requested).toHaveLength(1);
  });

  it('throws when its signal is aborted', async () => {
    const controller = new AbortController();
    const receiver = await startReceiver(() => controller.abort(new Error('the end')));
    await expect(send(receiver.url, { signal: controller.signal })).rejects.toThrow('the end');
    await expect(send(receiver.url, { signal: controller.signal })).rejects.toThrow('the end');
  });
});
