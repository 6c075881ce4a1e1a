import { expect, test } from 'vitest';
import { arn, image, invalid, makeConfig, refusal, role, startSimulator, training } from './harness.ts';

const model = (
  name: string,
  ModelDataUrl?: string,
): Parameters<Awaited<ReturnType<typeof startSimulator>>['sagemaker']['createModel']>[0] => ({
  ModelName: name,
  ExecutionRoleArn: role,
  PrimaryContainer: { Image: image, ModelDataUrl },
});

test('a model is described as it was made, and gone once it is deleted', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  expect((await sagemaker.createModel(model('Mine', 's3://elsewhere/model.tar.gz'))).ModelArn).toBe(arn('model/mine'));
  expect(await sagemaker.describeModel({ ModelName: 'Mine' })).toMatchObject({
    ModelName: 'Mine',
    ModelArn: arn('model/mine'),
    ExecutionRoleArn: role,
    PrimaryContainer: { Image: image, ModelDataUrl: 's3://elsewhere/model.tar.gz' },
    CreationTime: new Date(clock.now),
  });
  expect(await refusal(sagemaker.createModel(model('Mine')))).toEqual(
    invalid(`Cannot create already existing model "${arn('model/mine')}".`),
  );
  await sagemaker.deleteModel({ ModelName: 'Mine' });
  const notFound = invalid(`Could not find model "${arn('model/mine')}".`);
  expect(await refusal(sagemaker.describeModel({ ModelName: 'Mine' }))).toEqual(notFound);
  expect(await refusal(sagemaker.deleteModel({ ModelName: 'Mine' }))).toEqual(notFound);
  expect(simulator.effects().map(({ kind }) => kind)).toEqual(['model_created', 'model_deleted']);
});

test('the artifact of a training is there only once it has completed', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  simulator.addFault({ kind: 'fail_training', match: { nameContains: 'failed' } });
  await sagemaker.createTrainingJob(training('completed'));
  await sagemaker.createTrainingJob(training('failed'));
  const url = (job: string): string => `s3://models/out/${job}/output/model.tar.gz`;
  const missing = (job: string): object => invalid(`Could not find model data at ${url(job)}.`);
  expect(await refusal(sagemaker.createModel(model('m', url('completed'))))).toEqual(missing('completed'));
  clock.advance(100);
  expect(await refusal(sagemaker.createModel(model('m', url('failed'))))).toEqual(missing('failed'));
  await sagemaker.createModel(model('m', url('completed')));
  // The same path in another bucket is not that job's artifact.
  await sagemaker.createModel(model('n', url('failed').replace('models', 'other')));
});

test('the artifact of a training that was stopped while it trained may be used', async () => {
  const { sagemaker, clock } = await startSimulator();
  await sagemaker.createTrainingJob(training('late'));
  await sagemaker.createTrainingJob(training('early'));
  await sagemaker.stopTrainingJob({ TrainingJobName: 'early' });
  clock.advance(30);
  await sagemaker.stopTrainingJob({ TrainingJobName: 'late' });
  clock.advance(10);
  await sagemaker.createModel(model('late', 's3://models/out/late/output/model.tar.gz'));
  expect((await refusal(sagemaker.createModel(model('early', 's3://models/out/early/output/model.tar.gz')))).message).toMatch(
    /^Could not find model data/,
  );
});

test('a model needs a role and exactly one container with an image', async () => {
  const { sagemaker } = await startSimulator();
  const ask = (more: object): Promise<{ message: string }> => refusal(sagemaker.createModel({ ...model('m'), ...more }));
  expect((await ask({ ExecutionRoleArn: undefined })).message).toContain("Value null at 'executionRoleArn'");
  expect((await ask({ PrimaryContainer: undefined })).message).toBe(
    'Exactly one of PrimaryContainer and Containers must be specified.',
  );
  expect((await ask({ PrimaryContainer: {} })).message).toBe('A container must specify Image or ModelPackageName.');
});

test('an endpoint configuration is described as it was made, and gone once it is deleted', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeConfig(sagemaker, 'Mine');
  expect(await sagemaker.describeEndpointConfig({ EndpointConfigName: 'Mine' })).toMatchObject({
    EndpointConfigName: 'Mine',
    EndpointConfigArn: arn('endpoint-config/mine'),
    ProductionVariants: [
      {
        VariantName: 'AllTraffic',
        ModelName: 'Mine',
        InstanceType: 'ml.m5.large',
        InitialInstanceCount: 1,
        InitialVariantWeight: 1,
      },
    ],
    CreationTime: new Date(clock.now),
  });
  const ProductionVariants = [
    { VariantName: 'v', ModelName: 'Mine', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
  ] as const;
  expect(
    await refusal(sagemaker.createEndpointConfig({ EndpointConfigName: 'Mine', ProductionVariants: [...ProductionVariants] })),
  ).toEqual(invalid(`Cannot create already existing endpoint configuration "${arn('endpoint-config/mine')}".`));
  await sagemaker.deleteEndpointConfig({ EndpointConfigName: 'Mine' });
  const notFound = invalid(`Could not find endpoint configuration "${arn('endpoint-config/mine')}".`);
  expect(await refusal(sagemaker.describeEndpointConfig({ EndpointConfigName: 'Mine' }))).toEqual(notFound);
  expect(await refusal(sagemaker.deleteEndpointConfig({ EndpointConfigName: 'Mine' }))).toEqual(notFound);
});

test('an endpoint configuration needs models that are there, and variants of different names', async () => {
  const { sagemaker } = await startSimulator();
  await sagemaker.createModel(model('m'));
  const variant = { VariantName: 'v', ModelName: 'm', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 } as const;
  const ask = (...ProductionVariants: { VariantName: string; ModelName: string }[]): Promise<{ message: string }> =>
    refusal(sagemaker.createEndpointConfig({ EndpointConfigName: 'c', ProductionVariants }));
  expect((await ask({ ...variant, ModelName: 'none' })).message).toBe(`Could not find model "${arn('model/none')}".`);
  expect((await ask(variant, variant)).message).toBe('Production variant names must be unique: "v" comes twice.');
});

test('a serverless variant needs neither instance type nor count', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeConfig(sagemaker, 'c', {
    InstanceType: undefined,
    InitialInstanceCount: undefined,
    ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 },
  });
  await sagemaker.createEndpoint({ EndpointName: 'e', EndpointConfigName: 'c' });
  clock.advance(60);
  const { ProductionVariants } = await sagemaker.describeEndpoint({ EndpointName: 'e' });
  expect(ProductionVariants).toMatchObject([
    { VariantName: 'AllTraffic', CurrentServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } },
  ]);
  expect([ProductionVariants?.[0]?.CurrentInstanceCount, ProductionVariants?.[0]?.DesiredInstanceCount]).toEqual([0, undefined]);
});

test('tags are kept by ARN: those of the creation, and those that are added, until they are deleted', async () => {
  const { sagemaker, clock } = await startSimulator();
  const Tags = [
    { Key: 'team', Value: 'ml' },
    { Key: 'stage', Value: 'dev' },
  ];
  await sagemaker.createTrainingJob(training('job', { Tags }));
  await sagemaker.createModel({ ...model('m'), Tags });
  const ProductionVariants = [
    { VariantName: 'v', ModelName: 'm', InstanceType: 'ml.m5.large' as const, InitialInstanceCount: 1 },
  ];
  await sagemaker.createEndpointConfig({ EndpointConfigName: 'c', ProductionVariants, Tags });
  await sagemaker.createEndpoint({ EndpointName: 'e', EndpointConfigName: 'c', Tags });
  for (const resource of ['training-job/job', 'model/m', 'endpoint-config/c', 'endpoint/e']) {
    const ResourceArn = arn(resource);
    expect((await sagemaker.listTags({ ResourceArn })).Tags).toEqual(Tags);
    const after = [
      { Key: 'team', Value: 'ml' },
      { Key: 'stage', Value: 'live' },
      { Key: 'new', Value: '' },
    ];
    expect((await sagemaker.addTags({ ResourceArn, Tags: after.slice(1) })).Tags).toEqual(after);
    expect((await sagemaker.listTags({ ResourceArn })).Tags).toEqual(after);
    const [first, ...rest] = after;
    await sagemaker.deleteTags({ ResourceArn, TagKeys: [String(first?.Key), 'unknown'] });
    expect((await sagemaker.listTags({ ResourceArn })).Tags).toEqual(rest);
  }
  // The rest of the resource is as before.
  expect((await sagemaker.describeTrainingJob({ TrainingJobName: 'job' })).TrainingJobStatus).toBe('InProgress');

  const tooMany = Array.from({ length: 49 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  expect((await refusal(sagemaker.addTags({ ResourceArn: arn('model/m'), Tags: tooMany }))).message).toBe(
    'The number of tags exceeds the limit of 50.',
  );
  clock.advance(60);
  await sagemaker.deleteEndpoint({ EndpointName: 'e' });
  clock.advance(10);
  for (const resource of ['endpoint/e', 'training-job/none', 'pipeline/p']) {
    expect(await refusal(sagemaker.listTags({ ResourceArn: arn(resource) }))).toEqual(invalid('Requested resource not found.'));
  }
  expect((await refusal(sagemaker.listTags({ ResourceArn: 'job' }))).message).toContain("Value 'job' at 'resourceArn'");
});
