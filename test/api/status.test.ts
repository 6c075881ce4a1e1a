import packageJson from '../../package.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import type { ServiceProcess } from '../../src/core/service-process.ts';
import type { StatusBody } from '../../src/api/schemas/status.ts';
import { openRedis } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { startApi, type Api } from './harness.ts';
import { parseMetrics } from './prometheus.ts';

const minute = 60_000;

async function status(api: Api): Promise<StatusBody> {
  const response = await api.ask<StatusBody>('GET', '/status');
  expect(response.status).toBe(200);
  return response.body;
}

const worker = (name: string, lastSeenAt: number, more: Partial<ServiceProcess> = {}): ServiceProcess => ({
  name,
  service: 'worker',
  version: '1.2.3',
  startedAt: lastSeenAt - minute,
  lastSeenAt,
  clockSkewMs: 0,
  problem: null,
  ...more,
});

const workersOf = async (api: Api): Promise<number | undefined> =>
  parseMetrics((await api.ask('GET', '/metrics')).text).get('autodeploy_workers')?.samples[0]?.value;

describe('GET /status', () => {
  it('returns the state of a healthy service', async () => {
    const api = await startApi();
    const now = api.ctx.now();
    await api.ctx.store.processes.recordHeartbeat(worker('worker-1', now));
    expect(await status(api)).toMatchObject({
      version: packageJson.version,
      database: { status: 'ok', reason: null },
      redis: { status: 'ok', reason: null, eviction_policy: 'noeviction' },
      workers: [
        {
          name: 'worker-1',
          version: '1.2.3',
          started_at: new Date(now - minute).toISOString(),
          last_seen_at: new Date(now).toISOString(),
          problem: null,
        },
      ],
      api_processes: [],
      oldest_waiting_job: null,
      last_event_at: null,
      sagemaker_calls: { throttled: 0, denied: 0, refused: [] },
      skipped: [],
      warnings: [],
    });
  });

  it('returns what the service skipped, with a warning where runs do not proceed', async () => {
    const api = await startApi();
    const { store, now } = api.ctx;
    await store.processes.recordHeartbeat(worker('worker-1', now()));
    const at = now() - minute;
    await store.skipped.record({ kind: 'training_job', name: 'foreign-job', reason: 'ListTags: denied', now: at });
    await store.skipped.record({ kind: 'removed_run', name: 'gone', reason: 'removed', now: at });
    const iso = new Date(at).toISOString();
    const foreign = {
      kind: 'training_job',
      name: 'foreign-job',
      reason: 'ListTags: denied',
      first_at: iso,
      last_at: iso,
      count: 1,
    };
    expect(await status(api)).toMatchObject({ skipped: [foreign], warnings: [] });
    await store.skipped.record({ kind: 'run_elsewhere', name: 'job-1', reason: 'it is in us-east-1', now: now() });
    await store.skipped.record({ kind: 'run_elsewhere', name: 'job-2', reason: 'it is in us-east-1', now: now() });
    await store.skipped.record({ kind: 'deployment', name: 'd-1', reason: 'no job can be made of it', now: now() });
    const { warnings, skipped } = await status(api);
    expect(skipped).toHaveLength(4);
    expect(warnings).toEqual([
      { code: 'runs_elsewhere', detail: expect.stringMatching(/^job-\d: it is in us-east-1 \(and 1 more\)$/) },
      { code: 'not_handled', detail: 'd-1: no job can be made of it' },
    ]);
    const { text } = await api.ask('GET', '/metrics');
    const counted = parseMetrics(text)
      .get('autodeploy_skipped')
      ?.samples.map(({ labels, value }) => [labels['kind'], value]);
    expect(Object.fromEntries(counted ?? [])).toEqual({ training_job: 1, run: 0, run_elsewhere: 2, deployment: 1, clean_up: 0 });
  });

  it('returns the workers that are alive, and warns when there is none', async () => {
    const api = await startApi();
    const { store, now } = api.ctx;
    await store.processes.recordHeartbeat(worker('killed', now() - 25_000));
    await store.processes.recordHeartbeat(worker('ahead', now() + 10 * minute));
    await store.processes.recordHeartbeat(worker('api-1', now(), { service: 'api' }));
    const none = await status(api);
    expect(none.workers).toEqual([]);
    expect(none.warnings).toEqual([{ code: 'no_worker', detail: expect.stringContaining('no worker is running') }]);
    expect(await workersOf(api)).toBe(0);

    await store.processes.recordHeartbeat(worker('lives', now(), { problem: 'Redis is unavailable' }));
    const one = await status(api);
    expect(one.workers?.map(({ name }) => name)).toEqual(['lives']);
    expect(one.api_processes?.map(({ name }) => name)).toEqual(['api-1']);
    expect(one.warnings).toEqual([{ code: 'worker_problem', detail: 'worker lives: Redis is unavailable' }]);
    expect(await workersOf(api)).toBe(1);
  });

  it('warns of a process whose host has a wrong clock, and measures how wrong', async () => {
    const api = await startApi();
    const { store, now } = api.ctx;
    for (const [name, clockSkewMs] of Object.entries({ right: 900, unknown: null, behind: -2500, stopped: -40_000 })) {
      await store.processes.recordHeartbeat(worker(name, now(), { clockSkewMs }));
    }
    const detail = "worker behind: the clock of its host is 2.5 s behind the database's";
    expect((await status(api)).warnings).toEqual([{ code: 'clock_skewed', detail }]);
    const { samples } = parseMetrics((await api.ask('GET', '/metrics')).text).get('autodeploy_clock_skew_seconds') ?? {};
    expect(samples?.map(({ labels, value }) => [labels['service'], value])).toEqual([['worker', -40]]);
  });

  it('returns the longest overdue job, the last event, and refused calls', async () => {
    const api = await startApi();
    const { store, now } = api.ctx;
    await store.processes.recordHeartbeat(worker('worker-1', now()));
    await api.ask('POST', '/bootstrap', { json: { training_job_name: 'job-1' } });
    await api.ctx.queue.deploy({ deploymentId: 'd-1', trainingJobName: 'job-1', endpointName: 'one' }, 0);
    await store.leases.saveCheckpoint({ task: 'event', checkpointAt: now() - minute });
    for (const [result, count] of Object.entries({ ok: 5, throttled: 3, access_denied: 2, unauthenticated: 1, unavailable: 4 })) {
      await store.metrics.addCalls({ calls: [{ operation: 'DescribeTrainingJob', result, count }], now: now() });
    }
    await store.metrics.addCalls({
      calls: [{ operation: 'CreateModel', result: 'throttled', count: 9 }],
      now: now() - 16 * minute,
    });
    const seen = await status(api);
    expect(seen.oldest_waiting_job).toMatchObject({ queue: 'deploy', training_job_name: 'job-1' });
    expect(seen.last_event_at).toMatch(/^\d{4}-.*Z$/);
    expect(seen.sagemaker_calls).toMatchObject({ throttled: 3, denied: 3 });
    expect(seen.sagemaker_calls?.refused).toHaveLength(4);
    // A lookup of what does not exist is an ordinary one; a change of what does not exist is refused.
    for (const operation of ['DescribeEndpoint', 'DescribeTrainingJob', 'DeleteAlarms', 'DeleteEndpoint']) {
      await store.metrics.addCalls({ calls: [{ operation, result: 'not_found', count: 1 }], now: now() });
    }
    await store.metrics.addCalls({ calls: [{ operation: 'InvokeEndpoint', result: 'model_error', count: 1 }], now: now() });
    const { sagemaker_calls: calls } = await status(api);
    expect(calls?.refused.filter(({ result }) => result === 'model_error')).toEqual([]);
    expect(calls?.refused.filter(({ result }) => result === 'not_found')).toEqual([
      { operation: 'DeleteEndpoint', result: 'not_found', count: 1 },
    ]);

    api.advance(90);
    await store.processes.recordHeartbeat(worker('worker-1', now()));
    const later = await status(api);
    expect(later.oldest_waiting_job?.late_seconds).toBeGreaterThan(89);
    expect(later.warnings).toEqual([{ code: 'jobs_late', detail: expect.stringMatching(/due for 9\d s/) }]);
  });

  it('responds while Redis or the database is unavailable, and reports it', async () => {
    const api = await startApi({ redisUrl: 'redis://127.0.0.1:9' });
    const noRedis = await status(api);
    expect(noRedis.redis).toMatchObject({
      status: 'unavailable',
      reason: expect.stringContaining('ECONNREFUSED'),
      version: null,
    });
    expect(noRedis.warnings.map(({ code }) => code)).toEqual(['redis_unavailable', 'no_worker']);
    api.takeDatabaseAway();
    const nothing = await status(api);
    expect(nothing).toMatchObject({ database: { status: 'unavailable' }, workers: null, sagemaker_calls: null });
    expect(nothing.warnings.map(({ code }) => code)).toEqual(['database_unavailable', 'redis_unavailable']);
  });

  it('warns of a Redis that may evict jobs', async () => {
    const server = await startRedis();
    await openRedis(server.url).config('SET', 'maxmemory-policy', 'volatile-lru');
    const api = await startApi({ redisUrl: server.url });
    const { redis, warnings } = await eventually(
      () => status(api),
      ({ redis: { eviction_policy } }) => eviction_policy !== null,
    );
    expect(redis.eviction_policy).toBe('volatile-lru');
    expect(warnings.map(({ code }) => code)).toContain('redis_eviction_policy');
  });

  it('needs a key when keys are configured', async () => {
    const api = await startApi({ apiKeys: ['a-long-enough-key'] });
    expect((await api.ask('GET', '/status')).status).toBe(401);
  });
});
