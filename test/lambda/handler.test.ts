import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AtEnd, awsRequestId, buildLambda, fixture, type LambdaFunction, startLambda } from './function.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { type Reply, startHttpServer } from './http-server.ts';

const key = 'the-key-0123456789';
const name = 'ml-sentiment-training-20261124-150253-k3f9zq';

let file = '';
let lambda: LambdaFunction;
let service: Awaited<ReturnType<typeof startHttpServer>>;
let reply: Reply | null = null;
const closes: (() => Promise<void>)[] = [];

beforeAll(async () => {
  ({ file } = buildLambda());
  const atEnd: AtEnd = (close) => closes.push(close);
  service = await startHttpServer(() => reply, atEnd);
  lambda = await startLambda(file, { AUTODEPLOY_URL: `${service.url}/model-init/`, AUTODEPLOY_API_KEY: key }, atEnd);
});
afterAll(() => Promise.all(closes.map((close) => close())));

async function invokeAgainst(response: Reply | null, event: unknown = fixture('training-completed'), timeoutMs?: number) {
  reply = response;
  service.received.splice(0);
  lambda.clear();
  const outcome = await lambda.invoke(event, timeoutMs);
  expect(JSON.stringify([lambda.logged(), outcome])).not.toContain(key);
  return { outcome, received: [...service.received], logged: lambda.logged() };
}

describe('which request', () => {
  const deploys = ['training-completed', 'training-completed-numbers-and-nulls', 'training-completed-other-project'];
  it.each(deploys)('asks for the deployment: %s', async (event) => {
    const { received } = await invokeAgainst({ status: 202 }, fixture(event));
    expect(received).toMatchObject([
      { method: 'POST', path: `/model-init/deploy/${String(fixture(event).detail['TrainingJobName'])}`, body: '' },
    ]);
    expect(received[0]?.headers).toMatchObject({ 'x-api-key': key, 'x-request-id': awsRequestId });
  });

  const passedOn = [
    'training-failed',
    'training-stopped',
    'training-in-progress',
    'training-completed-not-auto-deploy',
    'endpoint-in-service',
    'endpoint-update-rollback-failed',
    'model-created',
  ];
  it.each(passedOn)('passes the event on as it came: %s', async (event) => {
    const { received } = await invokeAgainst({ status: 202, body: { accepted: true } }, fixture(event));
    expect(received).toMatchObject([{ method: 'POST', path: '/model-init/events' }]);
    expect(received[0]?.headers).toMatchObject({ 'x-api-key': key, 'content-type': 'application/json' });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual(fixture(event));
  });

  const completed = fixture('training-completed');
  it.each([
    ['no training job has this name', '../../admin'],
    ['there is no name', null],
  ])('leaves it to the service when %s', async (_, trainingJobName) => {
    const { received } = await invokeAgainst(
      { status: 202 },
      { ...completed, detail: { ...completed.detail, TrainingJobName: trainingJobName } },
    );
    expect(received).toMatchObject([{ path: '/model-init/events' }]);
  });

  it('leaves a training whose tags were copied from another one to the service', async () => {
    const own = { ...Object(fixture('training-completed-not-auto-deploy').detail['Tags']), 'autodeploy:auto-deploy': 'true' };
    const pathFor = async (trainingJobName: string) => {
      const Tags = { ...own, 'autodeploy:training-job-name': trainingJobName };
      const { received } = await invokeAgainst({ status: 202 }, { ...completed, detail: { ...completed.detail, Tags } });
      return received[0]?.path;
    };
    expect(await pathFor('another')).toBe('/model-init/events');
    expect(await pathFor(String(completed.detail['TrainingJobName']))).toMatch(/^\/model-init\/deploy\//);
  });

  it.each([
    ['an event of another source', fixture('training-completed-other-source')],
    ['what is no state change', { ...completed, 'detail-type': 'AWS API Call via CloudTrail' }],
    ['an API Gateway request', { httpMethod: 'POST', path: '/deploy' }],
    ['text', 'Completed'],
    ['nothing', null],
  ])('sends nothing for %s, and is done', async (_, event) => {
    const { outcome, received, logged } = await invokeAgainst({ status: 202 }, event);
    expect(outcome).toEqual({ result: { outcome: 'ignored' } });
    expect(received).toEqual([]);
    expect(logged).toMatchObject([{ level: 'warn', component: 'auto-deploy', aws_request_id: awsRequestId }]);
  });
});

describe('the answer', () => {
  it.each([200, 202, 204])('is done when the service took it: %i', async (status) => {
    const { outcome, logged } = await invokeAgainst({ status, body: { deployment_id: 'd1', accepted: true } });
    expect(outcome).toEqual({ result: { outcome: 'taken', status } });
    expect(logged).toMatchObject([{ component: 'auto-deploy', training_job_name: name, path: `/deploy/${name}`, status }]);
  });

  it.each([
    [404, 'not_found'],
    [409, 'training_not_completed'],
    [409, 'superseded'],
    [422, 'invalid_request'],
  ])('is logged and done when it will never succeed: %i %s', async (status, code) => {
    const { outcome, logged } = await invokeAgainst({ status, body: { code, detail: 'so it is' } });
    expect(outcome).toEqual({ result: { outcome: 'refused', status } });
    expect(logged).toMatchObject([
      { level: 'warn', component: 'auto-deploy', training_job_name: name, status, code, detail: 'so it is' },
    ]);
  });

  it('stands out when a load balancer refused in the place of the service', async () => {
    const { outcome, logged } = await invokeAgainst({ status: 404, body: '<h1>404 Not Found</h1>' });
    expect(outcome).toEqual({ result: { outcome: 'refused', status: 404 } });
    expect(logged).toMatchObject([{ level: 'error', msg: 'refused, not by what looks like the service' }]);
  });

  it.each([400, 401, 403, 405, 408, 413, 429, 500, 502, 503, 504])('makes Lambda try again: %i', async (status) => {
    const { outcome, received, logged } = await invokeAgainst({ status, body: { code: 'some_code' } });
    expect(outcome).toEqual({ error: `POST /deploy/${name} was answered ${status} some_code` });
    expect(received).toHaveLength(1);
    expect(logged).toMatchObject([{ level: 'error', component: 'auto-deploy', training_job_name: name }]);
  });

  it('never takes the key to where a redirect points', async () => {
    const elsewhere = await startHttpServer(() => ({ status: 202 }));
    const { outcome } = await invokeAgainst({ status: 307, headers: { location: `${elsewhere.url}/deploy` } });
    expect(outcome).toEqual({ error: `POST /deploy/${name} was answered 307` });
    expect(elsewhere.received).toEqual([]);
  });

  it('makes Lambda retry when the service does not listen', async () => {
    const alone = await startLambda(file, { AUTODEPLOY_URL: `http://127.0.0.1:${await freePort()}` });
    expect(await alone.invoke(fixture('training-completed'))).toEqual({ error: 'fetch failed' });
    expect(alone.logged()).toMatchObject([{ level: 'error', reason: expect.stringMatching(/ECONNREFUSED/) }]);
  });

  it('gives up before the function is out of time when no answer comes', async () => {
    const timeoutMs = 2000;
    const startedAt = performance.now();
    const { outcome, logged } = await invokeAgainst(null, fixture('training-completed'), timeoutMs);
    expect(outcome).toEqual({ error: expect.stringMatching(/timeout/) });
    expect(performance.now() - startedAt).toBeLessThan(timeoutMs);
    expect(logged).toMatchObject([{ level: 'error', training_job_name: name, reason: expect.stringMatching(/timeout/) }]);
  });
});

describe('the settings', () => {
  it.each([
    ['AUTODEPLOY_URL', {}],
    ['AUTODEPLOY_URL', { AUTODEPLOY_URL: 'autodeploy.internal' }],
    ['AUTODEPLOY_URL', { AUTODEPLOY_URL: 'ftp://autodeploy.internal' }],
    ['AUTODEPLOY_URL', { AUTODEPLOY_URL: `https://user:${key}@autodeploy.internal` }],
    ['AUTODEPLOY_API_KEY', { AUTODEPLOY_URL: 'http://127.0.0.1:1', AUTODEPLOY_API_KEY: `${key}\nüber` }],
    ['only one of', { AUTODEPLOY_URL: 'http://127.0.0.1:1', AUTODEPLOY_API_KEY: key, AUTODEPLOY_API_KEY_SECRET_ID: 'key' }],
    [
      'PARAMETERS_SECRETS_EXTENSION_HTTP_PORT',
      { AUTODEPLOY_URL: 'http://127.0.0.1:1', PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: 'x' },
    ],
  ])('fail each invocation, naming %s and no key: %j', async (named, env: Record<string, string>) => {
    const unset = await startLambda(file, env);
    for (const _ of ['first', 'second']) {
      expect(await unset.invoke(fixture('training-completed'))).toEqual({ error: expect.stringContaining(named) });
    }
    expect(unset.logged()).toHaveLength(2);
    expect(JSON.stringify(unset.logged())).not.toContain(key);
  });
});
