import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openRedis } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { startApi, type Api } from './harness.ts';
import { parseMetrics } from './prometheus.ts';
import { expectProblem } from './request.ts';

const fixture = new URL('../fixtures/events/training-completed.json', import.meta.url);
const event = JSON.parse(readFileSync(fixture, 'utf8')) as { detail: object };
const completed = (trainingJobName: string): object => ({
  ...event,
  detail: { ...event.detail, TrainingJobName: trainingJobName, Tags: {} },
});

const until = (api: Api, status: number) =>
  eventually(
    () => api.ask<{ checks?: { redis?: string } }>('GET', '/health/ready'),
    (response) => response.status === status,
    { withinMs: 15_000 },
  );

const redisUp = async (api: Api): Promise<number | undefined> => {
  const response = await api.ask('GET', '/metrics');
  expect(response.status).toBe(200);
  return parseMetrics(response.text).get('autodeploy_redis_up')?.samples[0]?.value;
};

/** Everything of the API that has to do with Redis. */
async function expectAway(api: Api, reason: string): Promise<void> {
  const ready = await until(api, 503);
  expectProblem(ready, 503, 'not_ready');
  expect(ready.body.checks?.redis).toContain(reason);
  expect(ready.headers.get('retry-after')).not.toBeNull();
  for (let times = 0; times < 5; times += 1) {
    const response = await api.ask('POST', '/events', { json: completed('job-1') });
    expectProblem(response, 503, 'redis_unavailable');
    expect(response.headers.get('retry-after')).toBe('5');
  }
  expect((await api.ask('POST', '/bootstrap?auto_deploy=true')).status).toBe(202);
  expect(await redisUp(api)).toBe(0);
  expect([200, 503]).toContain((await api.ask('GET', '/admin/queues/api/queues')).status);
  const status = await api.ask<{ redis: object; warnings: object[] }>('GET', '/status');
  expect(status.status).toBe(200);
  expect(status.body.redis).toMatchObject({ status: 'unavailable', reason: expect.stringContaining(reason) });
  expect(status.body.warnings).toContainEqual({ code: 'redis_unavailable', detail: expect.stringContaining(reason) });
}

describe('Redis that responds and takes no writes', () => {
  it.each([
    ['is a read-only replica', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
    ['its memory is full', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['has too few replicas', ['CONFIG', 'SET', 'min-replicas-to-write', '1'], ['CONFIG', 'SET', 'min-replicas-to-write', '0']],
    ['the user lacks a right', ['ACL', 'SETUSER', 'app', '-@write'], ['ACL', 'SETUSER', 'app', '+@write']],
  ])('as it %s: not ready, events come again, trainings start', async (reason, refuse, allow) => {
    const server = await startRedis();
    const admin = openRedis(server.url);
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>pass', '~*', '&*', '+@all');
    const api = await startApi({ redisUrl: `redis://app:pass@127.0.0.1:${server.port}` });
    await api.ask('POST', '/bootstrap', { json: { training_job_name: 'job-1' } });
    await until(api, 200);
    await admin.call(...(refuse as [string, ...string[]]));
    await expectAway(api, reason);
    await admin.call(...(allow as [string, ...string[]]));
    await until(api, 200);
    expect((await api.ask('POST', '/events', { json: completed('job-1') })).status).toBe(202);
    expect(await redisUp(api)).toBe(1);
    expect(api.logged('error', 'fatal')).toEqual([]);
  });
});
