import { describe, expect, it } from 'vitest';
import type { DeploymentBody } from '../../src/api/schemas/deployment.ts';
import { startApi, type Api } from './harness.ts';
import { expectProblem } from './request.ts';

interface DeploymentPage {
  items: DeploymentBody[];
  next_cursor: string | null;
}

const deploy = (api: Api, name: string, query = '') => api.ask<DeploymentBody>('POST', `/deploy/${name}${query}`);

describe('POST /deploy/{name}', () => {
  it.each(['', '/model-init'])('under "%s" queues a deployment, also of a foreign training', async (prefix) => {
    const api = await startApi();
    await api.train('foreign-job', 'completed');
    const { status, body, headers } = await api.ask<DeploymentBody>('POST', `${prefix}/deploy/foreign-job`);
    expect(status).toBe(202);
    expect(body).toEqual({
      deployment_id: expect.stringMatching(/^\S+$/),
      training_job_name: 'foreign-job',
      endpoint_name: 'ml-sentiment-endpoint',
      endpoint_config_name: body.endpoint_config_name,
      model_name: expect.stringMatching(/^foreign-job-/),
      status: 'queued',
      step: 'model',
      trigger: 'api',
      forced: false,
      overrides: false,
      attempts: 1,
      requested_by: null,
      reason: null,
      restores: null,
      waits_for: null,
      failure_reason: null,
      failure_kind: null,
      superseded_by: null,
      gate: null,
      approval: null,
      rollout: null,
      verification: null,
      created_at: expect.stringMatching(/Z$/),
      started_at: null,
      finished_at: null,
      training_ended_at: expect.any(String),
      detected_at: expect.any(String),
      detected_by: 'api',
      deploy_requested_at: null,
      in_service_at: null,
      links: {
        self: `/model-init/deployments/${body.deployment_id}`,
        training_job: '/model-init/training-jobs/foreign-job',
        endpoint: '/model-init/endpoints/ml-sentiment-endpoint',
        approve: `/model-init/deployments/${body.deployment_id}/approve`,
        reject: `/model-init/deployments/${body.deployment_id}/reject`,
        abort: `/model-init/deployments/${body.deployment_id}/abort`,
      },
    });
    expect(headers.get('location')).toBe(body.links.self);
    const details = await api.ask('GET', body.links.self);
    expect(details.body).toEqual({
      ...body,
      history: [expect.objectContaining({ deployment_id: body.deployment_id, from: null, to: 'queued', actor: 'api' })],
      earlier_history: null,
    });
    expect(await api.jobsOf('deploy')).toEqual([`deploy-${body.deployment_id}`]);
    const run = await api.ask('GET', '/training-jobs/foreign-job');
    expect(run.body).toMatchObject({ status: 'completed', deployment_status: 'queued', deployments: [body] });
  });

  it.each(['/deploy/job', '/training-jobs/job/stop'])('POST %s > refuses a body instead of ignoring it', async (path) => {
    const api = await startApi();
    await api.train('job');
    for (const json of [{ force: true }, [], 'force']) {
      const { errors } = expectProblem(await api.ask('POST', path, { json }), 422, 'invalid_request');
      expect(errors).toHaveLength(1);
    }
    expect(expectProblem(await api.ask('POST', path, { json: { force: true } }), 422, 'invalid_request').errors).toEqual([
      { field: 'force', detail: 'is not a known field' },
    ]);
    expect((await api.ask('POST', path, { json: {} })).status).not.toBe(422);
  });

  it('returns the existing deployment to concurrent requests', async () => {
    const api = await startApi();
    await api.train('wanted', 'completed');
    const responses = await Promise.all(Array.from({ length: 10 }, () => deploy(api, 'wanted')));
    for (const { status } of responses) expect([200, 202]).toContain(status);
    expect(new Set(responses.map(({ body }) => body.deployment_id)).size).toBe(1);
    expect((await deploy(api, 'wanted')).status).toBe(200);
    expect((await api.ask<DeploymentPage>('GET', '/deployments')).body.items).toHaveLength(1);
  });

  it('returns 404 for a training that SageMaker does not know', async () => {
    const api = await startApi();
    for (const name of ['unknown', 'a_b', 'x'.repeat(64)]) expectProblem(await deploy(api, name), 404, 'not_found');
  });

  it('refuses a training that is not completed', async () => {
    const api = await startApi();
    for (const [name, end] of [
      ['running', undefined],
      ['failed', 'failed'],
      ['stopped', 'stopped'],
    ] as const) {
      await api.train(name, end);
      expectProblem(await deploy(api, name), 409, 'training_not_completed');
      expectProblem(await deploy(api, name, '?force=true'), 409, 'training_not_completed');
    }
    expect((await api.ask<DeploymentPage>('GET', '/deployments')).body.items).toEqual([]);
  });

  it('replaces a newer training by an older one only when forced', async () => {
    const api = await startApi();
    await api.train('older', 'completed');
    api.advance(1);
    await api.train('newer', 'completed');
    expect((await deploy(api, 'newer')).status).toBe(202);
    expect(expectProblem(await deploy(api, 'older'), 409, 'superseded').detail).toContain('newer');
    expect(await deploy(api, 'older', '?force=true')).toMatchObject({ status: 202, body: { training_job_name: 'older' } });
  });

  it('accepts only true or false for force', async () => {
    const api = await startApi();
    const { errors } = expectProblem(await deploy(api, 'any', '?force=yes'), 422, 'invalid_request');
    expect(errors).toEqual([{ field: 'force', detail: 'must be true or false' }]);
  });

  it('returns 503 while SageMaker is unavailable', async () => {
    const api = await startApi({ sagemakerUrl: 'http://127.0.0.1:9' });
    expectProblem(await deploy(api, 'wanted'), 503, 'sagemaker_unavailable');
  });

  it("returns SageMaker's refusal and records nothing", async () => {
    const api = await startApi();
    await api.train('wanted', 'completed');
    api.simulator.addFault({
      kind: 'error',
      match: { operation: 'DescribeTrainingJob' },
      status: 400,
      code: 'AccessDeniedException',
      message: 'User is not authorized to perform: sagemaker:DescribeTrainingJob',
    });
    const problem = expectProblem(await deploy(api, 'wanted'), 400, 'sagemaker_rejected');
    expect(problem.detail).toBe('User is not authorized to perform: sagemaker:DescribeTrainingJob');
    expect((await api.ask<DeploymentPage>('GET', '/deployments')).body.items).toEqual([]);
    expect((await deploy(api, 'wanted')).status).toBe(202);
  });

  it('queues a deployment while Redis is unavailable', async () => {
    const api = await startApi({ redisUrl: 'redis://127.0.0.1:9' });
    await api.train('wanted', 'completed');
    expect(await deploy(api, 'wanted')).toMatchObject({ status: 202, body: { status: 'queued' } });
  });
});

describe('GET /deployments', () => {
  it('returns the newest first, page by page, for all endpoints or one', async () => {
    const api = await startApi();
    for (const [name, endpoint_name] of [
      ['one', 'alpha'],
      ['two', 'beta'],
      ['three', 'alpha'],
    ] as const) {
      await api.ask('POST', '/bootstrap', { json: { training_job_name: name, endpoint_name } });
      api.advance(1000);
      expect((await deploy(api, name)).status).toBe(202);
    }
    const list = async (query: string) => (await api.ask<DeploymentPage>('GET', `/model-init/deployments?${query}`)).body;
    const names = (page: DeploymentPage) => page.items.map(({ training_job_name }) => training_job_name);
    expect(names(await list(''))).toEqual(['three', 'two', 'one']);
    const first = await list('endpoint_name=alpha&limit=1');
    expect(names(first)).toEqual(['three']);
    const second = await list(`endpoint_name=alpha&limit=1&cursor=${first.next_cursor}`);
    expect(names(second)).toEqual(['one']);
    expect(second.next_cursor).toBeNull();
    expect(names(await list('endpoint_name=gamma'))).toEqual([]);
    const { errors } = expectProblem(await api.ask('GET', '/deployments?endpoint_name=a_b'), 422, 'invalid_request');
    expect(errors).toMatchObject([{ field: 'endpoint_name' }]);
  });
});

describe('lists', () => {
  it('filter by several statuses and time, count under the other filters, and link to the next page', async () => {
    const api = await startApi();
    for (const name of ['nightly-one', 'nightly-two', 'weekly']) {
      await api.train(name, 'completed');
      await deploy(api, name, '?force=true');
      api.advance(10);
    }
    interface List {
      items: { training_job_name: string }[];
      next_cursor: string | null;
      counts: { status: Record<string, number>; deployment_status: Record<string, number> };
    }
    const names = (list: List): string[] => list.items.map(({ training_job_name: name }) => name);
    const first = await api.ask<List>('GET', '/model-init/training-jobs?name_contains=NIGHTLY&status=completed,training&limit=1');
    expect(names(first.body)).toEqual(['nightly-two']);
    expect(first.body.counts).toMatchObject({
      status: { completed: 2, training: 0, failed: 0 },
      deployment_status: { queued: 2, none: 0, deployed: 0 },
    });
    const [, next = ''] = /^<(\/model-init\/training-jobs\?[^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? [];
    const second = await api.ask<List>('GET', next);
    expect(names(second.body)).toEqual(['nightly-one']);
    expect(second.headers.get('link')).toBeNull();
    const counts = async (query: string) => (await api.ask<List>('GET', `/training-jobs?${query}`)).body.counts;
    expect(await counts('status=failed')).toMatchObject({
      status: { completed: 3, failed: 0 },
      deployment_status: { queued: 0 },
    });
    expect(await counts('deployment_status=none')).toMatchObject({ status: { completed: 0 }, deployment_status: { queued: 3 } });
    expect(await counts('endpoint_name=unknown')).toMatchObject({ status: { completed: 0 }, deployment_status: { queued: 0 } });
    const { created_at: middle } = (await api.ask<{ created_at: string }>('GET', '/training-jobs/nightly-two')).body;
    const since = encodeURIComponent(middle);
    expect(names((await api.ask<List>('GET', `/training-jobs?since=${since}`)).body)).toEqual(['weekly', 'nightly-two']);
    expect(names((await api.ask<List>('GET', `/training-jobs?until=${since}`)).body)).toEqual(['nightly-one']);
    const deployments = await api.ask<List>('GET', `/deployments?status=queued,in_progress&limit=2`);
    expect(names(deployments.body)).toEqual(['weekly', 'nightly-two']);
    expect(deployments.body.counts.status).toMatchObject({ queued: 3, in_progress: 0 });
    expect(deployments.headers.get('link')).toMatch(
      /^<\/model-init\/deployments\?status=queued%2Cin_progress&limit=2&cursor=[\w.]+>; rel="next"$/,
    );
    expect((await api.ask<List>('GET', '/deployments?training_job_name=weekly')).body.counts.status).toMatchObject({ queued: 1 });
  });

  it('refuse what is no status, time or part of a name', async () => {
    const api = await startApi();
    for (const query of [
      'status=done',
      'status=completed,done',
      'status=',
      'deployment_status=queued,,failed',
      'since=yesterday',
      'since=2026-11-24T10:00',
      'until=2026-13-01',
      'name_contains=',
      'name_contains=a%25',
      'endpoint_name=a%20b',
      'name=a',
    ]) {
      const { errors } = expectProblem(await api.ask('GET', `/training-jobs?${query}`), 422, 'invalid_request');
      expect(errors, query).toMatchObject([{ field: query.split('=')[0] }]);
    }
    expectProblem(await api.ask('GET', '/deployments?status=none'), 422, 'invalid_request');
    expect((await api.ask('GET', '/deployments?since=2026-11-24&until=2026-11-24T10:00:00.5%2B01:00')).status).toBe(200);
  });
});

describe('GET /endpoint-status', () => {
  it.each(['', '/model-init'])('under "%s" returns the endpoint as SageMaker has it now', async (prefix) => {
    const api = await startApi();
    const status = (query = '') => api.ask('GET', `${prefix}/endpoint-status${query}`);
    expectProblem(await status(), 404, 'not_found');
    await api.serve('ml-sentiment-endpoint', 'config-1');
    const { body } = await status();
    expect(body).toEqual({
      endpoint_name: 'ml-sentiment-endpoint',
      status: 'Creating',
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      modified_at: expect.stringMatching(/^\d{4}-.*Z$/),
      last_modified_time: expect.stringMatching(/^\d{4}-.*Z$/),
      creation_time: expect.stringMatching(/^\d{4}-.*Z$/),
      endpoint_config_name: 'config-1',
      training_job_name: null,
      failure_reason: null,
    });
    api.advance(100);
    expect(await status('?endpoint_name=ml-sentiment-endpoint')).toMatchObject({ status: 200, body: { status: 'InService' } });
    expectProblem(await status('?endpoint_name=other'), 404, 'not_found');
    expectProblem(await status('?endpoint_name=a_b'), 422, 'invalid_request');
  });

  it('returns 503 while SageMaker is unavailable', async () => {
    const api = await startApi({ sagemakerUrl: 'http://127.0.0.1:9' });
    expectProblem(await api.ask('GET', '/endpoint-status'), 503, 'sagemaker_unavailable');
  });
});
