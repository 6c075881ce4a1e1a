import { describe, expect, it } from 'vitest';
import type { TrainingRunBody, TrainingRunDetailsBody } from '../../src/api/schemas/training-run.ts';
import { historyPageSize } from '../../src/core/history.ts';
import { startApi, type Api } from './harness.ts';
import { expectProblem } from './request.ts';

interface RunPage {
  items: TrainingRunBody[];
  next_cursor: string | null;
}

async function bootstrapAll(api: Api, names: string[]): Promise<void> {
  for (const name of names) {
    const { status } = await api.ask('POST', '/bootstrap', { json: { training_job_name: name } });
    expect(status).toBe(202);
  }
}

const namesOf = ({ items }: RunPage): string[] => items.map((run) => run.training_job_name);

describe('GET /training-jobs', () => {
  it('returns an empty list at first', async () => {
    const { ask } = await startApi();
    for (const prefix of ['', '/model-init']) {
      expect(await ask('GET', `${prefix}/training-jobs`)).toMatchObject({ status: 200, body: { items: [], next_cursor: null } });
    }
  });

  it('returns the newest first, page by page, also while runs are added', async () => {
    const api = await startApi();
    await bootstrapAll(api, ['one', 'two', 'three', 'four', 'five']);
    const first = await api.ask<RunPage>('GET', '/training-jobs?limit=2');
    expect(namesOf(first.body)).toEqual(['five', 'four']);
    await bootstrapAll(api, ['six']);
    const second = await api.ask<RunPage>('GET', `/training-jobs?limit=2&cursor=${first.body.next_cursor}`);
    expect(namesOf(second.body)).toEqual(['three', 'two']);
    const third = await api.ask<RunPage>('GET', `/training-jobs?limit=2&cursor=${second.body.next_cursor}`);
    expect(namesOf(third.body)).toEqual(['one']);
    expect(third.body.next_cursor).toBeNull();
  });

  it('returns 20 by default, and 100 at most', async () => {
    const api = await startApi();
    await bootstrapAll(
      api,
      Array.from({ length: 21 }, (_, index) => `job-${index}`),
    );
    const page = await api.ask<RunPage>('GET', '/training-jobs');
    expect(page.body.items).toHaveLength(20);
    expect(page.body.next_cursor).not.toBeNull();
    const all = await api.ask<RunPage>('GET', '/training-jobs?limit=21');
    expect([all.body.items.length, all.body.next_cursor]).toEqual([21, null]);
    for (const limit of ['0', '101', '-1', '1.5', 'all', '', '1e2', '5&limit=6']) {
      const { errors } = expectProblem(await api.ask('GET', `/training-jobs?limit=${limit}`), 422, 'invalid_request');
      expect(errors).toMatchObject([{ field: 'limit' }]);
    }
  });

  it('filters by status and by deployment status', async () => {
    const api = await startApi();
    await bootstrapAll(api, ['on-its-way', 'stopped-one']);
    await api.ask('POST', '/training-jobs/stopped-one/stop');
    await api.train('deployed-one', 'completed');
    await api.ask('POST', '/deploy/deployed-one');
    const list = async (query: string) => namesOf((await api.ask<RunPage>('GET', `/training-jobs?${query}`)).body);
    expect(await list('status=completed')).toEqual(['deployed-one']);
    expect(await list('deployment_status=queued')).toEqual(['deployed-one']);
    expect(await list('deployment_status=none')).toEqual(['stopped-one', 'on-its-way']);
    expect(await list('status=completed&deployment_status=none')).toEqual([]);
    for (const [name, value] of [
      ['status', 'InProgress'],
      ['deployment_status', 'live'],
    ]) {
      const { errors } = expectProblem(await api.ask('GET', `/training-jobs?${name}=${value}`), 422, 'invalid_request');
      expect(errors).toEqual([{ field: name, detail: expect.stringMatching(/^must be one of /) }]);
    }
  });

  it('refuses a cursor of another list, or of other filters', async () => {
    const api = await startApi();
    const { ask } = api;
    for (const path of ['/training-jobs', '/deployments']) {
      for (const cursor of ['', 'x', '!!', '-5', 'MA', '9'.repeat(500)]) {
        expectProblem(await ask('GET', `${path}?cursor=${cursor}`), 422, 'invalid_request');
      }
    }
    await bootstrapAll(api, ['one', 'two', 'three']);
    const filters = 'status=training,failed&endpoint_name=ML-sentiment-endpoint&since=2020-01-01';
    const { next_cursor: cursor } = (await ask<RunPage>('GET', `/training-jobs?${filters}&limit=1`)).body;
    for (const path of [
      '/training-jobs?',
      `/training-jobs?${filters}&name_contains=o`,
      `/training-jobs?${filters.replace(',failed', '')}`,
      '/deployments?',
    ]) {
      const { errors } = expectProblem(await ask('GET', `${path}&cursor=${cursor}`), 422, 'invalid_request');
      expect(errors, path).toEqual([
        { field: 'cursor', detail: expect.stringMatching(/^is of another list, or of other filters/) },
      ]);
    }
    const same = 'status=failed,training&endpoint_name=ml-sentiment-endpoint&since=2020-01-01T00:00Z&limit=2';
    expect(namesOf((await ask<RunPage>('GET', `/training-jobs?${same}&cursor=${cursor}`)).body)).toEqual(['two', 'one']);
  });
});

const entry = {
  id: expect.any(Number),
  at: expect.any(String),
  training_job_name: expect.any(String),
  endpoint_name: 'ml-sentiment-endpoint',
  deployment_id: null,
  subject: 'training',
  actor: 'api',
  by: null,
  reason: null,
  repeats: 1,
  last_at: expect.any(String),
};

describe('GET /training-jobs/{name}', () => {
  it('returns the run with its deployments and history', async () => {
    const api = await startApi();
    const { body: run } = await api.ask<TrainingRunBody>('POST', '/bootstrap');
    for (const prefix of ['', '/model-init']) {
      const { status, body } = await api.ask('GET', `${prefix}/training-jobs/${run.training_job_name}`);
      expect(status).toBe(200);
      expect(body).toEqual({
        ...run,
        request: {
          create_training_job: expect.objectContaining({
            TrainingJobName: run.training_job_name,
            OutputDataConfig: { S3OutputPath: expect.stringContaining('s3://') },
          }),
          create_model: { PrimaryContainer: { Image: expect.any(String) }, ExecutionRoleArn: expect.any(String) },
          create_endpoint_config: {
            ProductionVariants: [{ InstanceType: 'ml.m5.large', InitialInstanceCount: 1, InitialVariantWeight: 1 }],
          },
        },
        deployments: [],
        earlier_deployments: null,
        history: [
          { ...entry, at: run.created_at, last_at: run.created_at, from: null, to: 'requested', detail: null },
          { ...entry, from: 'requested', to: 'training', detail: 'started' },
        ],
        earlier_history: null,
      });
    }
  });

  it('returns the newest part of a long history, and a link to the part before', async () => {
    const api = await startApi();
    const { body: run } = await api.ask<TrainingRunBody>('POST', '/bootstrap');
    const name = run.training_job_name;
    for (let i = 1; i <= 2 * historyPageSize; i += 1) {
      await api.ctx.store.runs.recordSecondaryStatus({
        trainingJobName: name,
        secondaryStatus: `phase-${i}`,
        trainingCreatedAt: 1000,
        actor: 'poll',
        now: 2000 + i,
      });
    }
    const reported: (string | null)[] = [];
    const sizes: number[] = [];
    for (let path: string | null = `/model-init/training-jobs/${name}`; path !== null;) {
      const { body }: { body: TrainingRunDetailsBody } = await api.ask('GET', path);
      expect(body).toMatchObject({ training_job_name: name, deployments: [] });
      reported.unshift(...body.history.map(({ detail }) => detail));
      sizes.push(body.history.length);
      path = body.earlier_history;
    }
    expect(sizes).toEqual([historyPageSize, historyPageSize, 2]);
    expect(reported).toEqual([null, 'started', ...Array.from({ length: 2 * historyPageSize }, (_, i) => `phase-${i + 1}`)]);
    for (const id of ['0', '-1', 'x', '']) {
      const response = await api.ask('GET', `/training-jobs/${name}?history_before=${id}`);
      expect(expectProblem(response, 422, 'invalid_request').errors).toEqual([
        { field: 'history_before', detail: 'must be the id of a history entry' },
      ]);
    }
  });

  it('returns the newest deployments, and a link to the earlier ones', async () => {
    const api = await startApi();
    await api.train('often', 'completed');
    await api.ask('POST', '/deploy/often');
    const { store } = api.ctx;
    for (let attempt = 1; attempt <= 50; attempt += 1) {
      const [active] = (await store.deployments.list({ filter: { trainingJobName: 'often' }, page: { limit: 1, cursor: null } }))
        .items;
      const claimed = await store.deployments.claim({ deploymentId: String(active?.deploymentId), deadlineAt: 2000, now: 1000 });
      if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
      const { deploymentId, fencingToken } = claimed.deployment;
      await store.deployments.finish({
        deploymentId,
        fencingToken,
        outcome: { status: 'failed', failureReason: 'no', detail: null },
        now: 1000,
      });
      await api.ask('POST', '/deploy/often');
    }
    const { body } = await api.ask<TrainingRunDetailsBody>('GET', '/training-jobs/often');
    expect(body.deployments.map(({ attempts }) => attempts)).toEqual(Array.from({ length: 50 }, (_, i) => 51 - i));
    const earlier = await api.ask<{ items: { attempts: number }[] }>('GET', String(body.earlier_deployments));
    expect(earlier.body).toMatchObject({ items: [{ attempts: 1, training_job_name: 'often' }], next_cursor: null });
  });

  it('returns 404 for an unknown name, and for one that no training job can have', async () => {
    const { ask } = await startApi();
    for (const name of ['unknown', 'x'.repeat(64), '-', 'a_b', '%00', 'a%2Fb', "'or'1'='1"]) {
      expectProblem(await ask('GET', `/training-jobs/${name}`), 404, 'not_found');
    }
  });
});

describe('POST /training-jobs/{name}/stop', () => {
  it.each(['', '/model-init'])('under "%s" stops the training at SageMaker, also when repeated', async (prefix) => {
    const api = await startApi();
    await bootstrapAll(api, ['wrong-one']);
    for (let time = 0; time < 2; time += 1) {
      const { status, body } = await api.ask('POST', `${prefix}/training-jobs/wrong-one/stop`);
      expect(status).toBe(202);
      expect(body).toMatchObject({ training_job_name: 'wrong-one' });
    }
    expect((await api.sdk.describeTrainingJob({ TrainingJobName: 'wrong-one' })).TrainingJobStatus).toMatch(/^Stopp(ing|ed)$/);
    expect(api.simulator.effects({ kind: 'training_job_stop_requested' })).toHaveLength(1);
  });

  it('does not stop a training that is not recorded', async () => {
    const api = await startApi();
    await api.train('foreign-job');
    expectProblem(await api.ask('POST', '/training-jobs/foreign-job/stop'), 404, 'not_found');
    expectProblem(await api.ask('POST', '/training-jobs/a_b/stop'), 404, 'not_found');
    expect(api.simulator.effects({ kind: 'training_job_stop_requested' })).toEqual([]);
  });
});

describe('DELETE /training-jobs/{name}', () => {
  it.each(['', '/model-init'])('under "%s" removes a run that is over, and no other', async (prefix) => {
    const api = await startApi();
    await bootstrapAll(api, ['kept', 'gone']);
    const remove = (name: string) => api.ask('DELETE', `${prefix}/training-jobs/${name}`);
    const { detail } = expectProblem(await remove('gone'), 409, 'run_in_progress');
    expect(detail).toContain('POST /training-jobs/gone/stop');
    await api.ask('POST', '/training-jobs/gone/stop');
    api.advance(100);
    expect(await remove('gone')).toMatchObject({
      status: 200,
      body: { training_job_name: 'gone', links: { self: expect.any(String) } },
    });
    expectProblem(await remove('gone'), 404, 'not_found');
    expectProblem(await api.ask('GET', '/training-jobs/gone'), 404, 'not_found');
    expect(namesOf((await api.ask<RunPage>('GET', '/training-jobs')).body)).toEqual(['kept']);
  });

  it('removes a run whose name no training job can have', async () => {
    const api = await startApi();
    const bad = {
      runId: 'run-bad',
      trainingJobName: 'bad name',
      trainingJobArn: 'arn',
      project: 'p',
      endpointName: 'live',
      autoDeploy: true,
      servingImage: null,
      secondaryStatus: null,
      createdAt: 0,
      foundEnded: false,
    };
    await api.ctx.store.runs.adopt({ run: bad, actor: 'reconcile', now: 0 });
    expect(await api.ask('DELETE', '/training-jobs/bad%20name')).toMatchObject({ status: 200 });
    expect(await api.ctx.store.runs.find('bad name')).toBeNull();
  });
});
