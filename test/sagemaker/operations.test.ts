import { expect, test, vi } from 'vitest';
import { trainChannel } from '../../src/core/training/settings-layer.ts';
import { createSageMaker } from '../../src/sagemaker/sagemaker.ts';
import { arn, image, role, createClient } from '../../tools/testkit/simulator.ts';
import { config, connect, failure, job, makeEndpoint, model, variant } from './harness.ts';

test('a training job has every requested value, and is described with them', async () => {
  const { sagemaker, simulator, clock } = await connect();
  const request = {
    InputDataConfig: [trainChannel('s3://data/train/')],
    ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 2, VolumeSizeInGB: 50 },
    StoppingCondition: { MaxRuntimeInSeconds: 7200 },
    HyperParameters: { epochs: '3' },
    Environment: { STAGE: 'test' },
  };
  const spec = job('job', {
    ...request,
    Tags: [
      { Key: 'team', Value: 'nlp' },
      { Key: 'autodeploy:run-id', Value: 'forged' },
    ],
  });
  const createdAt = clock.now;
  expect(await sagemaker.createTrainingJob(spec)).toEqual({ arn: arn('training-job/job') });
  expect(await sagemaker.describeTrainingJob('job')).toEqual({
    name: 'job',
    arn: arn('training-job/job'),
    status: 'InProgress',
    secondaryStatus: 'Starting',
    failureReason: null,
    modelArtifact: 's3://models/out/job/output/model.tar.gz',
    metrics: [],
    createdAt,
    startedAt: null,
    endedAt: null,
    modifiedAt: createdAt,
    billableSeconds: null,
    phases: [{ status: 'Starting', message: expect.any(String) }],
    oddMetrics: [],
    // With what SageMaker fills in.
    shape: expect.objectContaining({ ...request, InputDataConfig: [expect.objectContaining(request.InputDataConfig[0] ?? {})] }),
  });
  expect(await sagemaker.listTags(arn('training-job/job'))).toEqual({ team: 'nlp', 'autodeploy:run-id': 'run-1' });

  const raw = await createClient(simulator.url).describeTrainingJob({ TrainingJobName: 'job' });
  expect(raw).toMatchObject({
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
    InputDataConfig: [
      {
        ChannelName: 'train',
        DataSource: {
          S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/train/', S3DataDistributionType: 'FullyReplicated' },
        },
      },
    ],
    ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 2, VolumeSizeInGB: 50 },
    StoppingCondition: { MaxRuntimeInSeconds: 7200 },
  });
});

test('a training job without input has no channel', async () => {
  const { sagemaker, simulator } = await connect();
  await sagemaker.createTrainingJob(job('job'));
  const raw = await createClient(simulator.url).describeTrainingJob({ TrainingJobName: 'job' });
  expect([raw.InputDataConfig, raw.HyperParameters, raw.Environment]).toEqual([undefined, undefined, undefined]);
  const { shape } = await sagemaker.describeTrainingJob('job');
  for (const member of ['InputDataConfig', 'HyperParameters', 'Environment']) expect(shape).not.toHaveProperty(member);
});

test('a training job ends with its times and metrics; a metric that is no number is left out', async () => {
  const { sagemaker, simulator, clock } = await connect();
  const endedAt = clock.now + 40_000;
  await sagemaker.createTrainingJob(job('job'));
  clock.advance(40);
  await fetch(`${simulator.url}/_control/training-jobs/job/complete`, {
    method: 'POST',
    body: JSON.stringify({ metrics: { accuracy: 0.93, loss: 'NaN', spread: 'Infinity' } }),
  });
  const seen = await sagemaker.describeTrainingJob('job');
  expect(seen).toMatchObject({ status: 'Completed', secondaryStatus: 'Completed', endedAt, modifiedAt: endedAt });
  expect(seen.metrics).toEqual([{ name: 'accuracy', value: 0.93 }]);
});

test('a failed training job says why; a stopped one stops', async () => {
  const { sagemaker, simulator, clock } = await connect();
  simulator.addFault({ kind: 'fail_training', reason: 'AlgorithmError: exit code 1' });
  await sagemaker.createTrainingJob(job('bad'));
  await sagemaker.createTrainingJob(job('stopped'));
  await sagemaker.stopTrainingJob('stopped');
  expect((await sagemaker.describeTrainingJob('stopped')).status).toBe('Stopping');
  clock.advance(100);
  expect(await sagemaker.describeTrainingJob('bad')).toMatchObject({
    status: 'Failed',
    failureReason: 'AlgorithmError: exit code 1',
  });
  expect((await sagemaker.describeTrainingJob('stopped')).status).toBe('Stopped');
});

test('training jobs are listed newest first, page by page', async () => {
  const { sagemaker, clock } = await connect();
  const from = clock.now;
  for (let number = 0; number < 103; number += 1) {
    clock.advance(1);
    await sagemaker.createTrainingJob(job(`job-${number}`));
  }
  const first = await sagemaker.listTrainingJobs({});
  expect(first.jobs).toHaveLength(100);
  expect(first.jobs[0]).toEqual({
    name: 'job-102',
    arn: arn('training-job/job-102'),
    status: 'InProgress',
    secondaryStatus: 'Starting',
    createdAt: from + 103_000,
    endedAt: null,
  });
  const second = await sagemaker.listTrainingJobs({ nextToken: first.nextToken ?? '' });
  expect(second).toMatchObject({ jobs: [{ name: 'job-2' }, { name: 'job-1' }, { name: 'job-0' }], nextToken: null });
});

test("changed training jobs of the project are found, the first change first, from an instant's second on", async () => {
  const { sagemaker, simulator, clock } = await connect();
  for (const [name, project] of [
    ['one', 'own'],
    ['foreign', 'other'],
    ['two', 'own'],
    ['three', 'own'],
  ] as const) {
    clock.advance(1);
    await sagemaker.createTrainingJob({ ...job(name), ownTags: { 'autodeploy:project': project } });
  }
  const createdAt = clock.now;
  const names = async (changed: Parameters<typeof sagemaker.searchTrainingJobs>[0]['changed']): Promise<string[]> =>
    (await sagemaker.searchTrainingJobs({ project: 'own', changed })).jobs.map(({ name }) => name);
  expect(await names('last')).toEqual(['three']);
  expect(await names({ since: createdAt - 1000 })).toEqual(['two', 'three']);
  expect(await names({ since: createdAt + 1000 })).toEqual([]);
  clock.advance(200);
  const all = await sagemaker.searchTrainingJobs({ project: 'own', changed: { since: createdAt + 99_000 } });
  expect(all).toEqual({
    jobs: [
      {
        name: 'three',
        arn: arn('training-job/three'),
        status: 'Completed',
        secondaryStatus: 'Completed',
        createdAt,
        endedAt: createdAt + 100_000,
        modifiedAt: createdAt + 100_000,
      },
    ].toSpliced(0, 0, expect.objectContaining({ name: 'two' })),
    odd: [],
    nextToken: null,
  });
  simulator.addFault({
    kind: 'error',
    match: { operation: 'Search' },
    code: 'UnknownOperationException',
    message: '',
    status: 400,
  });
  expect(await failure(sagemaker.searchTrainingJobs({ project: 'own', changed: 'last' }))).toMatchObject({
    kind: 'unknown',
    operation: 'Search',
    effect: 'none',
  });
});

test('a model and an endpoint configuration are as requested, with their tags', async () => {
  const { sagemaker, simulator } = await connect();
  const made = await sagemaker.createModel({ ...model('m'), tags: { team: 'nlp' } });
  expect(made).toEqual({ arn: arn('model/m') });
  expect(await sagemaker.describeModel('m')).toEqual({
    name: 'm',
    arn: arn('model/m'),
    shape: expect.objectContaining({
      PrimaryContainer: expect.objectContaining({ Image: image, ModelDataUrl: 's3://models/out/model.tar.gz' }),
      ExecutionRoleArn: role,
    }),
  });
  expect(await sagemaker.listTags(made.arn)).toEqual({ team: 'nlp' });

  const ProductionVariants = [{ ...variant('m'), InitialInstanceCount: 3 }];
  const created = await sagemaker.createEndpointConfig({ name: 'c', request: { ProductionVariants }, tags: { stage: 'test' } });
  expect(created).toEqual({ arn: arn('endpoint-config/c') });
  expect(await sagemaker.describeEndpointConfig('c')).toEqual({
    name: 'c',
    arn: created.arn,
    shape: expect.objectContaining({ ProductionVariants }),
  });
  expect(await sagemaker.listTags(created.arn)).toEqual({ stage: 'test' });
  const raw = await createClient(simulator.url).describeEndpointConfig({ EndpointConfigName: 'c' });
  expect(raw.ProductionVariants?.[0]?.InitialVariantWeight).toBe(1);
});

test('an endpoint configuration of another client may lack instances', async () => {
  const { sagemaker, simulator } = await connect();
  await sagemaker.createModel(model('m'));
  await createClient(simulator.url).createEndpointConfig({
    EndpointConfigName: 'c',
    ProductionVariants: [{ VariantName: 'v', ModelName: 'm', ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } }],
  });
  expect((await sagemaker.describeEndpointConfig('c')).shape).toMatchObject({
    ProductionVariants: [{ VariantName: 'v', ModelName: 'm', ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } }],
  });
});

test('an endpoint is created, updated with its live counts, rolled back and deleted', async () => {
  const connected = await connect();
  const { sagemaker, simulator, clock } = connected;
  const createdAt = clock.now;
  await sagemaker.createModel(model('m'));
  for (const name of ['one', 'two']) await sagemaker.createEndpointConfig(config(name));
  await sagemaker.createEndpoint({ endpointName: 'live', endpointConfigName: 'one', tags: { team: 'nlp' } });
  expect(await sagemaker.describeEndpoint('live')).toEqual({
    name: 'live',
    arn: arn('endpoint/live'),
    status: 'Creating',
    endpointConfigName: 'one',
    pendingEndpointConfigName: 'one',
    failureReason: null,
    createdAt,
    modifiedAt: createdAt,
    variantNames: ['AllTraffic'],
    variants: [],
    pendingDeployment: {
      endpointConfigName: 'one',
      startedAt: createdAt,
      variants: [
        expect.objectContaining({
          variantName: 'AllTraffic',
          currentInstanceCount: 0,
          desiredInstanceCount: 1,
          statuses: [expect.objectContaining({ status: 'Creating', startedAt: createdAt })],
        }),
      ],
    },
    lastDeploymentConfig: null,
  });
  expect(await sagemaker.listTags(arn('endpoint/live'))).toEqual({ team: 'nlp' });
  clock.advance(60);
  expect(await sagemaker.describeEndpoint('live')).toMatchObject({
    status: 'InService',
    pendingEndpointConfigName: null,
    modifiedAt: createdAt + 60_000,
  });

  const raw = createClient(simulator.url);
  await raw.updateEndpointWeightsAndCapacities({
    EndpointName: 'live',
    DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 4 }],
  });
  clock.advance(60);
  await sagemaker.updateEndpoint({ endpointName: 'live', endpointConfigName: 'two' });
  expect(await sagemaker.describeEndpoint('live')).toMatchObject({
    status: 'Updating',
    endpointConfigName: 'one',
    pendingEndpointConfigName: 'two',
  });
  clock.advance(60);
  expect(await sagemaker.describeEndpoint('live')).toMatchObject({ status: 'InService', endpointConfigName: 'two' });
  const { ProductionVariants } = await raw.describeEndpoint({ EndpointName: 'live' });
  expect(ProductionVariants?.[0]?.CurrentInstanceCount).toBe(4);

  simulator.addFault({ kind: 'roll_back_update', reason: 'ping failed' });
  await sagemaker.updateEndpoint({ endpointName: 'live', endpointConfigName: 'one' });
  clock.advance(60);
  expect(await sagemaker.describeEndpoint('live')).toMatchObject({ endpointConfigName: 'two', failureReason: 'ping failed' });

  await sagemaker.deleteEndpoint('live');
  clock.advance(10);
  expect(await failure(sagemaker.describeEndpoint('live'))).toMatchObject({ kind: 'not_found', resource: 'endpoint' });
});

test('refusals come with what they speak of, their text and the request id, and no effect', async () => {
  const connected = await connect();
  const { sagemaker, simulator, reported } = connected;
  await makeEndpoint(connected);
  await sagemaker.createTrainingJob(job('job'));
  reported.length = 0;
  const update = (endpointName: string, endpointConfigName: string) =>
    sagemaker.updateEndpoint({ endpointName, endpointConfigName });
  const refusals = [
    [() => sagemaker.createTrainingJob(job('job')), 'already_exists', 'training_job'],
    [() => sagemaker.createModel(model('m')), 'already_exists', 'model'],
    [() => sagemaker.createEndpointConfig(config('one')), 'already_exists', 'endpoint_config'],
    [() => sagemaker.createEndpoint({ endpointName: 'live', endpointConfigName: 'one', tags: {} }), 'already_exists', 'endpoint'],
    [() => update('live', 'one'), 'already_exists', 'endpoint_config'],
    [() => update('live', 'none'), 'not_found', 'endpoint_config'],
    [() => update('none', 'one'), 'not_found', 'endpoint'],
    [() => sagemaker.describeTrainingJob('none'), 'not_found', 'training_job'],
    [() => sagemaker.describeModel('none'), 'not_found', 'model'],
    [() => sagemaker.describeEndpointConfig('none'), 'not_found', 'endpoint_config'],
    [() => sagemaker.deleteEndpoint('none'), 'not_found', 'endpoint'],
    [() => sagemaker.createModel(model('bad_name')), 'invalid', null],
    [() => sagemaker.listTags(arn('training-job/none')), 'not_found', null],
  ] as const;
  for (const [call, kind, resource] of refusals) {
    expect(await failure(call())).toMatchObject({
      kind,
      resource,
      effect: 'none',
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  }
  expect(reported).toHaveLength(refusals.length);
  await update('live', 'two');
  const busy = await failure(update('live', 'two'));
  expect(busy).toMatchObject({
    kind: 'busy',
    code: 'ValidationException',
    operation: 'UpdateEndpoint',
    message: `Cannot update in-progress endpoint "${arn('endpoint/live')}".`,
  });
  expect(busy.requestId).toBe(simulator.calls().at(-1)?.requestId);
});

test('region, endpoint and credentials are found in the environment, and AWS_RETRY_MODE and AWS_MAX_ATTEMPTS change nothing', async () => {
  const { simulator } = await connect();
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ENDPOINT_URL_SAGEMAKER', simulator.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
  vi.stubEnv('AWS_RETRY_MODE', 'adaptive');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '7');
  const sagemaker = createSageMaker({ random: () => 0 });
  try {
    expect((await sagemaker.createTrainingJob(job('job'))).arn).toContain(':eu-west-1:');
    simulator.addFault({ kind: 'error', status: 500, times: 'forever' });
    await failure(sagemaker.describeTrainingJob('job'));
    expect(simulator.calls({ operation: 'DescribeTrainingJob' })).toHaveLength(4);
  } finally {
    sagemaker.close();
    vi.unstubAllEnvs();
  }
});
