import type { CreateEndpointConfigCommandInput, ProductionVariant, SageMaker } from '@aws-sdk/client-sagemaker';
import { describe, expect, test } from 'vitest';
import { asyncInference } from './full-requests.ts';
import { arn, image, invalid, makeConfig, makeLiveEndpoint, refusal, role, startSimulator } from './harness.ts';

const vpc = { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] };
const instances: ProductionVariant = { VariantName: 'v', ModelName: 'm', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
const serverless = (more: object = {}, ModelName = 'm'): ProductionVariant => ({
  VariantName: 'v',
  ModelName,
  ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5, ...more },
});
const capture = {
  InitialSamplingPercentage: 1,
  DestinationS3Uri: 's3://capture/here',
  CaptureOptions: [{ CaptureMode: 'Input' as const }],
};

type Case = [name: string, more: Partial<CreateEndpointConfigCommandInput>, message: string];

const serverlessCases: Case[] = [
  ['an instance type', { ProductionVariants: [{ ...serverless(), InstanceType: 'ml.m5.large' }] }, 'InstanceType is'],
  ['an instance count', { ProductionVariants: [{ ...serverless(), InitialInstanceCount: 1 }] }, 'InitialInstanceCount is'],
  ['data capture', { ProductionVariants: [serverless()], DataCaptureConfig: capture }, 'DataCaptureConfig is'],
  [
    'asynchronous inference',
    { ProductionVariants: [serverless()], AsyncInferenceConfig: asyncInference },
    'AsyncInferenceConfig is',
  ],
  [
    'another variant',
    { ProductionVariants: [serverless(), { ...serverless(), VariantName: 'w' }] },
    'Several production variants are',
  ],
  ['a model in a VPC', { ProductionVariants: [serverless({}, 'in-vpc')] }, 'A model with VpcConfig is'],
  ['an isolated model', { ProductionVariants: [serverless({}, 'isolated')] }, 'A model with EnableNetworkIsolation is'],
  ['an uncompressed model', { ProductionVariants: [serverless({}, 'uncompressed')] }, 'A model with ModelDataSource is'],
];

const configs: Case[] = [
  ...serverlessCases.map(([name, more, what]): Case => [
    `serverless inference with ${name}`,
    more,
    `${what} not supported with ServerlessConfig.`,
  ]),
  [
    'memory between two steps',
    { ProductionVariants: [serverless({ MemorySizeInMB: 1500 })] },
    'MemorySizeInMB 1500 must be in increments of 1024 MB.',
  ],
  [
    'more provisioned than allowed concurrency',
    { ProductionVariants: [serverless({ ProvisionedConcurrency: 6 })] },
    'ProvisionedConcurrency must be less than or equal to MaxConcurrency.',
  ],
  [
    'two production variants beside a shadow',
    {
      ProductionVariants: [instances, { ...instances, VariantName: 'w' }],
      ShadowProductionVariants: [{ ...instances, VariantName: 's' }],
    },
    'Exactly one production variant and one shadow production variant can be specified together.',
  ],
  [
    'a shadow of the same name',
    { ShadowProductionVariants: [instances] },
    'Production variant names must be unique: "v" comes twice.',
  ],
  [
    'a shadow of an asynchronous endpoint',
    { ShadowProductionVariants: [{ ...instances, VariantName: 's' }], AsyncInferenceConfig: asyncInference },
    'ShadowProductionVariants are not supported with AsyncInferenceConfig.',
  ],
  [
    'managed instance scaling of a model',
    {
      ProductionVariants: [
        { ...instances, ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 1, MaxInstanceCount: 2 } },
      ],
    },
    'ManagedInstanceScaling is only supported for inference component endpoints.',
  ],
  ['the VPC of a model', { VpcConfig: vpc }, 'VpcConfig is only supported for inference component endpoints.'],
  [
    'variants with and without models',
    { ExecutionRoleArn: role, ProductionVariants: [instances, { ...instances, VariantName: 'w', ModelName: undefined }] },
    'ModelName must be specified for all production variants or for none of them.',
  ],
];

const uncompressed = {
  S3DataSource: { S3Uri: 's3://m/model/', S3DataType: 'S3Prefix' as const, CompressionType: 'None' as const },
};

async function makeModels(sagemaker: SageMaker): Promise<void> {
  const model = { ExecutionRoleArn: role, PrimaryContainer: { Image: image } };
  await sagemaker.createModel({ ...model, ModelName: 'm' });
  await sagemaker.createModel({ ...model, ModelName: 'in-vpc', VpcConfig: vpc });
  await sagemaker.createModel({ ...model, ModelName: 'isolated', EnableNetworkIsolation: true });
  await sagemaker.createModel({
    ...model,
    ModelName: 'uncompressed',
    PrimaryContainer: { Image: image, ModelDataSource: uncompressed },
  });
}

describe('CreateEndpointConfig', () => {
  test.each(configs)('refuses %s', async (_case, more, message) => {
    const { sagemaker, simulator } = await startSimulator();
    await makeModels(sagemaker);
    const request = { EndpointConfigName: 'c', ProductionVariants: [instances], ...more };
    expect(await refusal(sagemaker.createEndpointConfig(request))).toEqual(invalid(message));
    expect(simulator.effects({ kind: 'endpoint_config_created' })).toEqual([]);
  });

  test('takes variants without models for inference components, and their endpoint shows no images', async () => {
    const { sagemaker, clock } = await startSimulator();
    const variant: ProductionVariant = {
      VariantName: 'v',
      InstanceType: 'ml.m5.large',
      InitialInstanceCount: 1,
      ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 1, MaxInstanceCount: 4 },
    };
    const settings = { ExecutionRoleArn: role, VpcConfig: vpc, EnableNetworkIsolation: true };
    await sagemaker.createEndpointConfig({ EndpointConfigName: 'c', ProductionVariants: [variant], ...settings });
    const described = await sagemaker.describeEndpointConfig({ EndpointConfigName: 'c' });
    expect(described).toMatchObject(settings);
    expect(described.ProductionVariants).toEqual([{ ...variant, InitialVariantWeight: 1 }]);
    await sagemaker.createEndpoint({ EndpointName: 'e', EndpointConfigName: 'c' });
    clock.advance(60);
    expect((await sagemaker.describeEndpoint({ EndpointName: 'e' })).ProductionVariants).toMatchObject([
      { VariantName: 'v', DeployedImages: [], ManagedInstanceScaling: variant.ManagedInstanceScaling },
    ]);
  });
});

test('UpdateEndpoint goes from serverless to instances, and never back', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeLiveEndpoint(sagemaker, clock);
  const without = { InstanceType: undefined, InitialInstanceCount: undefined };
  await makeConfig(sagemaker, 'serverless', { ...without, ...serverless({}, 'serverless'), VariantName: 'AllTraffic' });
  const update = (EndpointName: string, EndpointConfigName: string): Promise<unknown> =>
    sagemaker.updateEndpoint({ EndpointName, EndpointConfigName });
  const refused = (name: string): object =>
    invalid(`Cannot update endpoint "${arn(`endpoint/${name}`)}" from instance-based to serverless.`);
  expect(await refusal(update('live', 'serverless'))).toEqual(refused('live'));
  expect((await sagemaker.describeEndpoint({ EndpointName: 'live' })).EndpointStatus).toBe('InService');

  await sagemaker.createEndpoint({ EndpointName: 'small', EndpointConfigName: 'serverless' });
  clock.advance(60);
  const [variant] = (await sagemaker.describeEndpoint({ EndpointName: 'small' })).ProductionVariants ?? [];
  expect([variant?.CurrentInstanceCount, variant?.DesiredInstanceCount]).toEqual([0, undefined]);
  await update('small', 'one');
  clock.advance(60);
  expect(await refusal(update('small', 'serverless'))).toEqual(refused('small'));
});
