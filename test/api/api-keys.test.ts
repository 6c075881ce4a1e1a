import { describe, expect, it } from 'vitest';
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
        expect(response.headers.get('www-authenticate')).toMatch(
          forBrowsers.includes(path) ? /^Basic / : /^Bearer realm="sagemaker-autodeploy"(, error="invalid_token")?$/,
        );
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
