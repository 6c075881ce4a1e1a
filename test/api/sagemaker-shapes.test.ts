/** SageMaker's own shapes in requests. */
import { describe, expect, it } from 'vitest';
import type { TrainingRunBody, TrainingRunDetailsBody } from '../../src/api/schemas/training-run.ts';
import { startApi, type Api } from './harness.ts';
import { expectProblem } from './request.ts';

const VpcConfig = { SecurityGroupIds: ['sg-0123abcd'], Subnets: ['subnet-0123abcd'] };

const bootstrap = (api: Api, json: object, headers: Record<string, string> = {}) =>
  api.ask<TrainingRunBody>('POST', '/bootstrap', { json, headers });
const creations = ({ simulator }: Api) => simulator.effects({ kind: 'training_job_created' });

describe("POST /bootstrap with SageMaker's shapes", () => {
  it('takes what the AWS CLI takes, and shows what is requested without the values of the caller', async () => {
    const api = await startApi();
    const { status, body } = await bootstrap(api, {
      hyperparameters: { epochs: 3, api_token: 'hidden-4711' },
      create_training_job: {
        TrainingJobName: 'my-training',
        VpcConfig,
        EnableManagedSpotTraining: true,
        StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
        Environment: { SECRET: 'hidden-4712' },
        RetryStrategy: { MaximumRetryAttempts: 3 },
      },
      create_model: { PrimaryContainer: { Environment: { TOKEN: 'hidden-4713' } }, VpcConfig },
      create_endpoint_config: { KmsKeyId: 'alias/live', ProductionVariants: [{ VolumeSizeInGB: 40 }] },
      metric_definitions: ['validation:accuracy', { name: 'loss', regex: 'loss=([0-9.]+)' }],
    });
    expect([status, body.training_job_name]).toEqual([202, 'my-training']);
    const { body: details } = await api.ask<TrainingRunDetailsBody>('GET', '/training-jobs/my-training');
    expect(details.request).toMatchObject({
      create_training_job: {
        TrainingJobName: 'my-training',
        VpcConfig,
        StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
        HyperParameters: { epochs: '***', api_token: '***' },
        Environment: { SECRET: '***' },
        AlgorithmSpecification: {
          MetricDefinitions: [{ Name: 'validation:accuracy' }, { Name: 'loss', Regex: 'loss=([0-9.]+)' }],
        },
      },
      create_model: { PrimaryContainer: { Environment: { TOKEN: '***' } }, VpcConfig },
      create_endpoint_config: {
        KmsKeyId: 'alias/live',
        ProductionVariants: [{ VolumeSizeInGB: 40, InstanceType: 'ml.m5.large' }],
      },
    });
    expect(JSON.stringify(details)).not.toContain('hidden-');
    const shown = await api.sdk.describeTrainingJob({ TrainingJobName: 'my-training' });
    expect(shown).toMatchObject({
      VpcConfig,
      Environment: { SECRET: 'hidden-4712' },
      RetryStrategy: { MaximumRetryAttempts: 3 },
    });
  });

  it.each<[object, string, RegExp]>([
    [
      { create_training_job: { vpcConfig: VpcConfig } },
      'create_training_job.vpcConfig',
      /is not a known member; did you mean VpcConfig\?/,
    ],
    [
      { create_training_job: { VpcConfig: { ...VpcConfig, Subnets: ['not a subnet'] } } },
      'create_training_job.VpcConfig.Subnets[0]',
      /^must /,
    ],
    [
      { create_training_job: { MaxRuntimeInSeconds: 5 } },
      'create_training_job.MaxRuntimeInSeconds',
      /; did you mean create_training_job\.StoppingCondition\.MaxRuntimeInSeconds\?$/,
    ],
    [{ create_training_job: 'x' }, 'create_training_job', /^must be an object$/],
    [{ create_training_job: null }, 'create_training_job', /^must be an object$/],
    [{ create_model: { ModelName: 'mine' } }, 'create_model.ModelName', /leave it out/],
    [{ create_endpoint_config: { EndpointConfigName: 'mine' } }, 'create_endpoint_config.EndpointConfigName', /leave it out/],
    [
      { create_endpoint_config: { ProductionVariants: [{ ServerlessConfig: { MemorySizeInMB: 1000, MaxConcurrency: 5 } }] } },
      'create_endpoint_config.ProductionVariants[0].ServerlessConfig.MemorySizeInMB',
      /^must be at least 1024$/,
    ],
    [
      { training_job_name: 'one', create_training_job: { TrainingJobName: 'two' } },
      'create_training_job.TrainingJobName',
      /must be the same as training_job_name/,
    ],
    [
      { create_training_job: { Tags: [{ Key: 'autodeploy:run-id', Value: 'x' }] } },
      'create_training_job.Tags[0].Key',
      /^must not begin with autodeploy:$/,
    ],
    [
      { create_training_job: { EnableManagedSpotTraining: true } },
      'create_training_job.StoppingCondition.MaxWaitTimeInSeconds',
      /^is required with EnableManagedSpotTraining/,
    ],
    [{ create_training_job: { OutputDataConfig: null } }, 'create_training_job.OutputDataConfig', /^is required$/],
    [{ hyperparameters: { notes: 'two\nlines' } }, 'hyperparameters.notes', /^must have no line breaks$/],
    [{ metric_definitions: [{ regex: 'x' }] }, 'metric_definitions[0]', /^must be the name of a metric/],
    [{ metric_definitions: ['a', { name: 'b', regx: 'x' }] }, 'metric_definitions[1].regx', /^is not a known field$/],
    [
      {
        instance_type: 'ml.m5.large',
        create_training_job: {
          ResourceConfig: { InstanceGroups: [{ InstanceGroupName: 'a', InstanceType: 'ml.m5.large', InstanceCount: 1 }] },
        },
      },
      'create_training_job.ResourceConfig.InstanceGroups',
      /^excludes InstanceType/,
    ],
    [
      { serving_image: 'serve:1', create_model: { Containers: [{ Image: 'a:1' }, { Image: 'b:1' }] } },
      'create_model.PrimaryContainer',
      /^excludes Containers/,
    ],
    [{ reason: '' }, 'reason', /^must not be empty$/],
  ])('refuses %j, names the field, and starts nothing', async (json, field, detail) => {
    const api = await startApi();
    const { errors } = expectProblem(await bootstrap(api, json), 422, 'invalid_request');
    expect(errors).toEqual([{ field, detail: expect.stringMatching(detail) }]);
    expect(creations(api)).toEqual([]);
    expect((await api.ask('GET', '/training-jobs')).body).toMatchObject({ items: [] });
  });

  it('takes the same name in both places', async () => {
    const api = await startApi();
    const { status, body } = await bootstrap(api, { training_job_name: 'one', create_training_job: { TrainingJobName: 'one' } });
    expect([status, body.training_job_name]).toEqual([202, 'one']);
  });

  it('returns the same run for the same shapes, and a conflict for others', async () => {
    const api = await startApi();
    const headers = { 'idempotency-key': 'k' };
    const shapes = { create_model: { VpcConfig } };
    const first = await bootstrap(api, shapes, headers);
    expect(first.status).toBe(202);
    expect(await bootstrap(api, shapes, headers)).toMatchObject({
      status: 200,
      body: { training_job_name: first.body.training_job_name },
    });
    expectProblem(await bootstrap(api, { create_model: {} }, headers), 409, 'idempotency_conflict');
    expect(creations(api)).toHaveLength(1);
  });
});

it('returns the run of an Idempotency-Key also where the settings make the same request invalid by now', async () => {
  const api = await startApi();
  const headers = { 'idempotency-key': 'k' };
  const spot = {
    create_training_job: { EnableManagedSpotTraining: true, StoppingCondition: { MaxWaitTimeInSeconds: 86_400 } },
  };
  const first = await bootstrap(api, spot, headers);
  expect(first.status).toBe(202);
  api.ctx.settings = { ...api.ctx.settings, trainingMaxRuntimeSeconds: 100_000 };
  expectProblem(await bootstrap(api, spot), 422, 'invalid_request');
  const { status, body } = await bootstrap(api, spot, headers);
  expect([status, body.training_job_name]).toEqual([200, first.body.training_job_name]);
  expectProblem(await bootstrap(api, { ...spot, reason: 'another' }, headers), 422, 'invalid_request');
  expect(creations(api)).toHaveLength(1);
});

describe("POST /deploy/{name} with SageMaker's shapes", () => {
  it.each<[object, string, RegExp]>([
    [{ create_model: { VPCConfig: VpcConfig } }, 'create_model.VPCConfig', /did you mean VpcConfig\?/],
    [{ create_training_job: {} }, 'create_training_job', /is not a known field/],
    [{ serving_image: 'two words' }, 'serving_image', /white space/],
  ])('refuses %j', async (json, field, detail) => {
    const api = await startApi();
    const { errors } = expectProblem(await api.ask('POST', '/deploy/some-job', { json }), 422, 'invalid_request');
    expect(errors).toEqual([{ field, detail: expect.stringMatching(detail) }]);
  });
});
