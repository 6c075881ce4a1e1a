import { describe, expect, it } from 'vitest';
import { startApi, type Api } from './harness.ts';
import { parseMetrics } from './prometheus.ts';

async function scrape(api: Api) {
  const { status, headers, text } = await api.ask('GET', '/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const families = parseMetrics(text);
  return {
    families,
    value: (name: string, labels: Record<string, string> = {}) =>
      [...families.values()]
        .flatMap(({ samples }) => samples)
        .find((sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
        ?.value,
  };
}

describe('GET /metrics', () => {
  it('returns the text format, with names and units by the conventions of Prometheus', async () => {
    const { families, value } = await scrape(await startApi());
    const own = [...families.keys()].filter((name) => !/^(process|nodejs)_/.test(name));
    expect(own.length).toBeGreaterThanOrEqual(9);
    for (const name of own) expect(name).toMatch(/^autodeploy_[a-z_]+$/);
    const histograms = [...families].filter(([, { type }]) => type === 'histogram');
    for (const [name] of histograms) expect(name).toMatch(/_seconds$/);
    expect(value('autodeploy_build_info', { node_version: process.version })).toBe(1);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  it('counts runs, deployments, queues and calls of all processes', async () => {
    const api = await startApi();
    await api.ask('POST', '/bootstrap');
    await api.train('done', 'completed');
    await api.ask('POST', '/deploy/done');
    await api.ctx.store.metrics.addCalls({ calls: [{ operation: 'CreateEndpoint', result: 'ok', count: 3 }], now: 0 });
    await api.ctx.store.metrics.addCalls({ calls: [{ operation: 'CreateEndpoint', result: 'ok', count: 2 }], now: 0 });
    const { value } = await scrape(api);
    expect(value('autodeploy_training_runs', { status: 'training' })).toBe(1);
    expect(value('autodeploy_training_runs', { status: 'completed' })).toBeUndefined();
    expect(value('autodeploy_trainings_finished_total', { status: 'completed' })).toBe(1);
    expect(value('autodeploy_trainings_finished_total', { status: 'failed' })).toBe(0);
    expect(value('autodeploy_deployments', { status: 'queued' })).toBe(1);
    expect(value('autodeploy_deployments', { status: 'deployed' })).toBeUndefined();
    const ended = { status: 'deployed', endpoint_name: 'ml-sentiment-endpoint' };
    expect(value('autodeploy_deployments_finished_total', ended)).toBe(0);
    expect(value('autodeploy_queue_jobs', { queue: 'check-training', state: 'delayed' })).toBe(1);
    expect(value('autodeploy_queue_jobs', { queue: 'deploy', state: 'waiting' })).toBe(1);
    expect(value('autodeploy_sagemaker_calls_total', { operation: 'CreateEndpoint', result: 'ok' })).toBe(5);
    expect(value('autodeploy_sagemaker_calls_total', { operation: 'CreateEndpoint', result: 'access_denied' })).toBe(0);
    expect(value('autodeploy_database_bytes')).toBeGreaterThan(10_000);
    expect([value('autodeploy_redis_up'), value('autodeploy_database_up')]).toEqual([1, 1]);
  });

  it('measures the time from the end of a training to its deployment', async () => {
    const api = await startApi();
    await api.ask('POST', '/bootstrap', { json: { training_job_name: 'slow' } });
    // The training ends after 100 s; its deployment is requested 20 s later.
    api.advance(120);
    expect((await api.ask('POST', '/deploy/slow')).status).toBe(202);
    const { value } = await scrape(api);
    const latency = 'autodeploy_deploy_queued_latency_seconds';
    const by = { detected_by: 'api' };
    expect(value(`${latency}_count`, by)).toBe(1);
    expect(value(`${latency}_bucket`, { ...by, le: '10' })).toBe(0);
    expect(value(`${latency}_bucket`, { ...by, le: '30' })).toBe(1);
    expect(value(`${latency}_sum`, by)).toBeGreaterThan(15);
    expect(value(`${latency}_sum`, by)).toBeLessThan(30);
    expect(value('autodeploy_deploy_latency_seconds_count', by)).toBeUndefined();
    expect(value('autodeploy_trainings_detected_total', by)).toBe(1);
  });

  it('says how long what waits has waited, and whether that is up to a person', async () => {
    const api = await startApi();
    await api.train('done', 'completed');
    await api.ask('POST', '/deploy/done');
    api.advance(40);
    const { value } = await scrape(api);
    const waited = (kind: string, actor: string) => value('autodeploy_oldest_waiting_seconds', { kind, actor });
    for (const kind of ['turn', 'job']) {
      expect(waited(kind, 'machine')).toBeGreaterThanOrEqual(40);
      expect(waited(kind, 'machine')).toBeLessThan(140);
    }
    expect([waited('approval', 'person'), waited('hold', 'person'), waited('start', 'machine')]).toEqual([0, 0, 0]);
    expect(value('autodeploy_deployments_overdue')).toBe(0);
  });

  it('counts requests by the pattern of their route, and those of no route as one', async () => {
    const api = await startApi();
    await api.ask('GET', '/model-init/training-jobs/a');
    await api.ask('GET', '/training-jobs/b');
    await api.ask('GET', '/training-jobs');
    for (const path of ['/no/such/route', '/another']) await api.ask('GET', path);
    await api.ask('DELETE', '/status');
    await api.requests.flush();
    const { families } = await scrape(api);
    const counted = families
      .get('autodeploy_http_request_duration_seconds')
      ?.samples.filter(({ name }) => name.endsWith('_count'))
      .map(({ labels: { route, method, status }, value }) => `${method} ${route} ${status}: ${value}`);
    expect(counted?.toSorted()).toEqual(['GET /training-jobs 2xx: 1', 'GET /training-jobs/{name} 4xx: 2', 'any none 4xx: 3']);
  });

  it('says when an event last arrived, once one has', async () => {
    const api = await startApi();
    const name = 'autodeploy_last_event_timestamp_seconds';
    expect((await scrape(api)).value(name)).toBeUndefined();
    await api.ask('POST', '/bootstrap', { json: { training_job_name: 'one' } });
    const detail = { TrainingJobName: 'one', TrainingJobStatus: 'InProgress', SecondaryStatus: 'Training' };
    const event = { source: 'aws.sagemaker', 'detail-type': 'SageMaker Training Job State Change', detail };
    expect(await api.ask('POST', '/events', { json: event })).toMatchObject({ status: 202, body: { accepted: true } });
    expect((await scrape(api)).value(name)).toBeGreaterThan(Date.now() / 1000 - 60);
  });

  it('responds in time while Redis is unavailable, and reports it', async () => {
    const api = await startApi({ redisUrl: 'redis://127.0.0.1:9' });
    const startedAt = performance.now();
    const { families, value } = await scrape(api);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect([value('autodeploy_redis_up'), value('autodeploy_database_up')]).toEqual([0, 1]);
    expect(families.has('autodeploy_queue_jobs')).toBe(false);
    expect(value('autodeploy_training_runs', { status: 'training' })).toBe(0);
  });

  it('responds while the database is unavailable, and reports it', async () => {
    const api = await startApi();
    api.takeDatabaseAway();
    const { families, value } = await scrape(api);
    expect([value('autodeploy_redis_up'), value('autodeploy_database_up')]).toEqual([1, 0]);
    expect(families.has('autodeploy_training_runs')).toBe(false);
    expect(value('autodeploy_queue_jobs', { queue: 'deploy', state: 'waiting' })).toBe(0);
  });
});

describe('GET /health/ready', () => {
  it.each(['', '/model-init'])('under "%s" returns 200 while every part is available', async (prefix) => {
    const { ask } = await startApi();
    expect(await ask('GET', `${prefix}/health/live`)).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await ask('GET', `${prefix}/health/ready`)).toMatchObject({
      status: 200,
      body: { status: 'ok', checks: { redis: 'ok', database: 'ok', sagemaker: 'ok', clock: 'ok' } },
    });
  });

  it("returns 503 while AWS refuses the service's credentials, and names the reason", async () => {
    const api = await startApi();
    api.simulator.addFault({ kind: 'error', status: 400, code: 'ExpiredTokenException', message: 'expired', times: 'forever' });
    const detail = "SageMaker: the service's own AWS credentials are expired (ExpiredTokenException)";
    expect(await api.ask('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { code: 'not_ready', detail, checks: { redis: 'ok', database: 'ok', sagemaker: detail.slice('SageMaker: '.length) } },
    });
    expect((await api.ask('GET', '/health/live')).status).toBe(200);
  });

  it('returns 200 while SageMaker is unavailable: to restart the API would not help', async () => {
    const api = await startApi({ sagemakerUrl: 'http://127.0.0.1:9' });
    expect((await api.ask('GET', '/health/ready')).status).toBe(200);
  });

  it('returns 503 while Redis is unavailable, and names the reason', async () => {
    const { ask } = await startApi({ redisUrl: 'redis://127.0.0.1:9' });
    expect((await ask('GET', '/health/live')).status).toBe(200);
    const response = await ask('GET', '/health/ready');
    expect(response).toMatchObject({ status: 503, body: { code: 'not_ready', checks: { database: 'ok' } } });
    expect(response.body).toMatchObject({ checks: { redis: expect.stringContaining('ECONNREFUSED') } });
    expect(response.headers.get('retry-after')).toBe('2');
  });

  it('returns 503 while the database is unavailable, as other routes do', async () => {
    const api = await startApi();
    api.takeDatabaseAway();
    expect((await api.ask('GET', '/health/live')).status).toBe(200);
    const ready = await api.ask('GET', '/health/ready');
    expect(ready).toMatchObject({ status: 503, body: { code: 'not_ready', checks: { redis: 'ok' } } });
    expect(ready.body).toMatchObject({ checks: { database: expect.stringMatching(/database/) } });
    for (const [method, path] of [
      ['POST', '/bootstrap'],
      ['GET', '/training-jobs'],
      ['GET', '/training-jobs/some-job'],
      ['POST', '/training-jobs/some-job/stop'],
      ['POST', '/deploy/some-job'],
      ['GET', '/deployments'],
    ] as const) {
      const response = await api.ask(method, path);
      expect(response, path).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect(api.simulator.effects()).toEqual([]);
  });
});
