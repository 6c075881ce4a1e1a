import { describe, expect, it } from 'vitest';
import type { TrainingRunBody } from '../../src/api/schemas/training-run.ts';
import { startApi, type Api } from './harness.ts';
import { expectProblem } from './request.ts';

const creations = ({ simulator }: Api) => simulator.effects({ kind: 'training_job_created' });
const bootstrap = (api: Api, json?: unknown, headers: Record<string, string> = {}, query = '') =>
  api.ask<TrainingRunBody>('POST', `/bootstrap${query}`, { json, headers });

describe('POST /bootstrap', () => {
  it.each(['', '/model-init'])('under "%s" records the run, starts the training and schedules its check', async (prefix) => {
    const api = await startApi();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { status, headers, body } = await api.ask<TrainingRunBody>('POST', `${prefix}/bootstrap?auto_deploy=true`, {
      headers: { traceparent },
    });
    expect(status).toBe(202);
    const name = body.training_job_name;
    expect(name).toMatch(/^ml-sentiment-training-\d{8}-\d{6}-[a-z0-9]{6}$/);
    expect(body).toEqual({
      training_job_name: name,
      training_job_arn: `arn:aws:sagemaker:us-east-1:123456789012:training-job/${name}`,
      project: 'ml-sentiment',
      endpoint_name: 'ml-sentiment-endpoint',
      auto_deploy: true,
      status: 'training',
      secondary_status: body.secondary_status,
      deployment_status: 'none',
      failure_reason: null,
      failure_kind: null,
      model_artifact: null,
      metrics: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      training_created_at: null,
      updated_at: expect.stringMatching(/Z$/),
      finished_at: null,
      links: {
        self: `/model-init/training-jobs/${name}`,
        deploy: `/model-init/deploy/${name}`,
        stop: `/model-init/training-jobs/${name}/stop`,
        endpoint_status: '/model-init/endpoint-status?endpoint_name=ml-sentiment-endpoint',
        deployments: '/model-init/deployments?endpoint_name=ml-sentiment-endpoint',
        queue: '/model-init/admin/queues',
      },
    });
    expect(headers.get('location')).toBe(body.links.self);
    expect(creations(api)).toMatchObject([{ name }]);
    expect(await api.ctx.store.runs.find(name)).toMatchObject({ traceParent: traceparent });
    expect(await api.jobsOf('check-training')).toEqual([`check-${name}`]);
  });

  it('deploys only with auto_deploy=true', async () => {
    const api = await startApi();
    expect((await bootstrap(api)).body).toMatchObject({ auto_deploy: false });
    expect((await bootstrap(api, {}, {}, '?auto_deploy=false')).body).toMatchObject({ auto_deploy: false });
    for (const word of ['yes', '1', 'True', '']) {
      const { errors } = expectProblem(await bootstrap(api, {}, {}, `?auto_deploy=${word}`), 422, 'invalid_request');
      expect(errors).toEqual([{ field: 'auto_deploy', detail: 'must be true or false' }]);
    }
    const { errors } = expectProblem(await bootstrap(api, {}, {}, '?autodeploy=true'), 422, 'invalid_request');
    expect(errors).toEqual([{ field: 'autodeploy', detail: 'is not a known parameter; known are: auto_deploy' }]);
    expect(creations(api)).toHaveLength(2);
  });

  it('passes every field of the body to SageMaker', async () => {
    const api = await startApi();
    const { status, body } = await bootstrap(api, {
      training_job_name: 'nightly-42',
      endpoint_name: 'other-endpoint',
      hyperparameters: { epochs: 3, rate: 0.0001, shuffle: true, name: 'größe' },
      training_image: 'registry/train:2',
      serving_image: 'registry/serve:2',
      instance_type: 'ml.g5.xlarge',
      instance_count: 2,
      max_runtime_seconds: 3600,
      input_s3_uri: 's3://data/in',
      environment: { MODE: 'fast' },
      tags: { team: 'search' },
    });
    expect(status).toBe(202);
    expect(body).toMatchObject({ training_job_name: 'nightly-42', endpoint_name: 'other-endpoint', status: 'training' });
    const job = await api.sdk.describeTrainingJob({ TrainingJobName: 'nightly-42' });
    expect(job).toMatchObject({
      AlgorithmSpecification: { TrainingImage: 'registry/train:2' },
      HyperParameters: { epochs: '3', rate: '0.0001', shuffle: 'true', name: 'größe' },
      ResourceConfig: { InstanceType: 'ml.g5.xlarge', InstanceCount: 2 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
      InputDataConfig: [{ ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: 's3://data/in' } } }],
      Environment: { MODE: 'fast' },
    });
    const { Tags } = await api.sdk.listTags({ ResourceArn: job.TrainingJobArn });
    expect(Tags).toContainEqual({ Key: 'team', Value: 'search' });
  });

  it('names all issues of query, headers and body at once', async () => {
    const api = await startApi();
    const headers = { 'idempotency-key': 'has space', 'content-type': 'application/json' };
    const raw = '{"instance_count":0,"tags":{"a":"1","a":"2"},"max_runtime_seconds":1}';
    const response = await api.ask('POST', '/bootstrap?auto_deploy=perhaps&autodeploy=true', { headers, raw });
    expect(expectProblem(response, 422, 'invalid_request').errors).toEqual([
      { field: 'autodeploy', detail: 'is not a known parameter; known are: auto_deploy' },
      { field: 'auto_deploy', detail: 'must be true or false' },
      { field: 'Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' },
      { field: 'tags.a', detail: 'is given twice' },
      { field: 'instance_count', detail: 'must be at least 1' },
    ]);
    expect(api.simulator.calls()).toEqual([]);
  });

  it('names the issues of the query beside a body that is not JSON', async () => {
    const api = await startApi();
    const headers = { 'content-type': 'application/json' };
    const response = await api.ask('POST', '/bootstrap?autodeploy=true', { headers, raw: '{' });
    expect(expectProblem(response, 422, 'invalid_request').errors).toMatchObject([{ field: 'autodeploy' }, { field: 'body' }]);
  });

  it.each(['training_job_name', 'endpoint_name'])('says in one issue what %s may hold', async (field) => {
    const api = await startApi();
    for (const name of ['a'.repeat(64), '', 'under_score', '-a', 'a-']) {
      const { errors } = expectProblem(await bootstrap(api, { [field]: name }), 422, 'invalid_request');
      expect(errors).toEqual([{ field, detail: 'must be 1 to 63 letters, digits and inner hyphens' }]);
    }
  });

  it('names all issues of the body at once', async () => {
    const api = await startApi();
    const { errors = [] } = expectProblem(
      await bootstrap(api, {
        training_job_name: '-bad-',
        endpoint_name: 7,
        hyperparameters: { nested: {}, list: [1], none: null, big: 2 ** 60 },
        training_image: 'has space',
        instance_type: 'm5.large',
        instance_count: 1.5,
        max_runtime_seconds: 0,
        input_s3_uri: 'bucket/key',
        environment: { '1X': 'a', GOOD: 5 },
        tags: { 'aws:mine': 'x', 'autodeploy:run-id': 'x' },
        auto_deploy: true,
        shade: 'red',
      }),
      422,
      'invalid_request',
    );
    expect(errors.map(({ field }) => field).toSorted()).toEqual(
      [
        'auto_deploy',
        'shade',
        'endpoint_name',
        'environment.1X',
        'environment.GOOD',
        'hyperparameters.big',
        'hyperparameters.list',
        'hyperparameters.nested',
        'hyperparameters.none',
        'input_s3_uri',
        'instance_count',
        'instance_type',
        'max_runtime_seconds',
        'tags.autodeploy:run-id',
        'tags.aws:mine',
        'training_image',
        'training_job_name',
      ].toSorted(),
    );
    expect(
      errors.every(({ detail }) => /^(must|has|is) /.test(detail)),
      JSON.stringify(errors),
    ).toBe(true);
    expect(api.simulator.calls()).toEqual([]);
  });

  it('refuses __proto__, constructor and fields of another case', async () => {
    const api = await startApi();
    const headers = { 'content-type': 'application/json' };
    for (const raw of ['{"__proto__":{}}', '{"hyperparameters":{"__pr\\u006fto__":"x"}}', '{"constructor":{}}', '{"Tags":{}}']) {
      expectProblem(await api.ask('POST', '/bootstrap', { headers, raw }), 422, 'invalid_request');
    }
    expect((await bootstrap(api, { hyperparameters: { note: '__proto__' } })).status).toBe(202);
  });

  it('refuses a name in use, by a run or by a foreign training', async () => {
    const api = await startApi();
    expect((await bootstrap(api, { training_job_name: 'mine' })).status).toBe(202);
    expectProblem(await bootstrap(api, { training_job_name: 'mine' }), 409, 'training_job_exists');
    await api.train('foreign-job');
    expectProblem(await bootstrap(api, { training_job_name: 'foreign-job' }), 409, 'training_job_exists');
    expect(creations(api).map(({ name }) => name)).toEqual(['mine', 'foreign-job']);
    expectProblem(await api.ask('GET', '/training-jobs/foreign-job'), 404, 'not_found');
  });
});

it('POST /bootstrap > starts the training while Redis is unavailable', async () => {
  const api = await startApi({ redisUrl: 'redis://127.0.0.1:9' });
  const { status, body } = await bootstrap(api, {}, {}, '?auto_deploy=true');
  expect([status, body.status]).toEqual([202, 'training']);
  expect(creations(api)).toHaveLength(1);
});
