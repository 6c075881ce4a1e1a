import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startApi, type Api } from './harness.ts';
import { expectProblem } from './request.ts';

const folder = new URL('../fixtures/events/', import.meta.url);
const fixture = (name: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const completed = (trainingJobName: string): object => {
  const event = fixture('training-completed.json');
  return { ...event, detail: { ...(event['detail'] as object), TrainingJobName: trainingJobName, Tags: {} } };
};
const post = (api: Api, json: unknown) => api.ask('POST', '/events', { json });

describe('POST /events', () => {
  it('accepts an event of a run, under both prefixes and repeatedly', async () => {
    const api = await startApi();
    await api.ask('POST', '/bootstrap?auto_deploy=true', { json: { training_job_name: 'job' } });
    for (const path of ['/events', '/model-init/events', '/events']) {
      const response = await api.ask('POST', path, { json: completed('job') });
      expect([response.status, response.body]).toEqual([202, { accepted: true }]);
    }
    const observations = (await api.jobsOf('check-training')).filter((id) => !id?.startsWith('check-'));
    expect(observations).toEqual([expect.stringMatching(/^\w+-job-end-/)]);
  });

  it('returns the reason why it does not accept an event', async () => {
    const api = await startApi();
    const { status, body } = await post(api, completed('foreign-job'));
    expect([status, body]).toEqual([202, { accepted: false, reason: 'foreign-job was not started by this service' }]);
  });

  it.each(readdirSync(folder))('returns 202 for %s, or 422 where it is no event of training or endpoint', async (name) => {
    const api = await startApi();
    const response = await post(api, fixture(name));
    if (/^(model|endpoint-config|endpoint-deployment)|other-source/.test(name)) expectProblem(response, 422, 'invalid_request');
    else expect(response.status, response.text).toBe(202);
  });

  it('names the issues of a body that is no event', async () => {
    const api = await startApi();
    const event = { ...completed('job'), 'detail-type': 'SageMaker Model State Change' };
    expect(expectProblem(await post(api, event), 422, 'invalid_request').errors).toEqual([
      {
        field: 'detail-type',
        detail: 'must be SageMaker Training Job State Change or SageMaker Endpoint State Change',
      },
    ]);
    for (const raw of ['', ' \n']) {
      const empty = await api.ask('POST', '/events', { headers: { 'content-type': 'application/json' }, raw });
      expect(expectProblem(empty, 422, 'invalid_request').errors).toEqual([
        {
          field: 'body',
          detail: expect.stringMatching(
            /^must not be empty; it must be an EventBridge event in JSON, of the detail-type SageMaker /,
          ),
        },
      ]);
    }
    expectProblem(await post(api, []), 422, 'invalid_request');
    for (const body of ['hello', 7, null]) {
      expect(expectProblem(await post(api, body), 422, 'invalid_request').errors).toEqual([
        { field: 'body', detail: expect.stringMatching(/^must be an EventBridge event in JSON, of the detail-type SageMaker /) },
      ]);
    }
    expectProblem(await post(api, { ...completed('job'), detail: { TrainingJobName: 'a b' } }), 422, 'invalid_request');
  });

  it('returns 503 while Redis is unavailable, so that EventBridge retries', async () => {
    const api = await startApi({ redisUrl: 'redis://127.0.0.1:9' });
    await api.ask('POST', '/bootstrap', { json: { training_job_name: 'job' } });
    const response = await post(api, completed('job'));
    expectProblem(response, 503, 'redis_unavailable');
    expect(response.headers.get('retry-after')).toBe('5');
  });
});
