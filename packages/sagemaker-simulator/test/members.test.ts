import { CreateEndpointConfigInput$, CreateModelInput$, CreateTrainingJobRequest$ } from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { getInputShape, getShape, type InputShape } from '../src/validation/input-shapes.ts';
import { asyncInference, fullEndpointConfig, fullModel, fullTraining } from './full-requests.ts';
import { arn, image, makeConfig, role, startSimulator, training } from './harness.ts';

/** A structure of the SDK's schemas: its members' names are the fifth, their schemas the sixth. */
type Schema = [kind: number, namespace: string, name: string, traits: unknown, members: string[], schemas: unknown[]];

/** Each path of the SDK's schema that the API model's shape has not. */
function missingMembers(schema: unknown, shape: InputShape, path: string, seen = new Set<string>()): string[] {
  const lazy: unknown = typeof schema === 'function' ? (schema as () => unknown)() : schema;
  if (!Array.isArray(lazy)) return [];
  const [kind, , name, , members, schemas] = lazy as Schema;
  if (kind === 1) return missingMembers(members, getShape(shape.member ?? ''), path, seen);
  if (kind !== 3 || seen.has(name)) return [];
  seen.add(name);
  return members.flatMap((member, index) => {
    const inner = shape.members?.[member];
    return inner === undefined
      ? [`${path}.${member}`]
      : missingMembers(schemas[index], getShape(inner), `${path}.${member}`, seen);
  });
}

test('the API model has every member that the SDK sends in the three requests', () => {
  expect([
    ...missingMembers(CreateTrainingJobRequest$, getInputShape('CreateTrainingJob'), 'CreateTrainingJob'),
    ...missingMembers(CreateModelInput$, getInputShape('CreateModel'), 'CreateModel'),
    ...missingMembers(CreateEndpointConfigInput$, getInputShape('CreateEndpointConfig'), 'CreateEndpointConfig'),
  ]).toEqual([]);
});

test('the full requests of these tests have every member but the named ones', () => {
  const lacking = (full: object, shape: InputShape): string[] =>
    Object.keys(shape.members ?? {}).filter((member) => !Object.hasOwn(full, member));
  expect(lacking(fullTraining, getInputShape('CreateTrainingJob'))).toEqual(['ServerlessJobConfig']);
  expect(lacking(fullModel, getInputShape('CreateModel'))).toEqual(['PrimaryContainer']);
  expect(lacking(fullEndpointConfig, getInputShape('CreateEndpointConfig'))).toEqual([
    'AsyncInferenceConfig',
    'VpcConfig',
    'EnableNetworkIsolation',
  ]);
});

test('a training job is described with every member of its request, but for tags and session chaining', async () => {
  const { sagemaker } = await startSimulator();
  await sagemaker.createTrainingJob(fullTraining);
  const { Tags, SessionChainingConfig: _chaining, ...kept } = fullTraining;
  const described = await sagemaker.describeTrainingJob({ TrainingJobName: 'full' });
  expect(described).toMatchObject(kept);
  expect(described.AlgorithmSpecification).toEqual(kept.AlgorithmSpecification);
  expect(described.InputDataConfig).toEqual(kept.InputDataConfig);
  expect(described.ModelArtifacts).toEqual({ S3ModelArtifacts: 's3://models/out/full/output/model/' });
  for (const member of ['Tags', 'SessionChainingConfig']) expect(described).not.toHaveProperty(member);

  const { Results } = await sagemaker.search({ Resource: 'TrainingJob' });
  const {
    InfraCheckConfig: _infra,
    MlflowConfig: _mlflow,
    ProfilerRuleConfigurations: _rules,
    RemoteDebugConfig: _debug,
    ...found
  } = kept;
  expect(Results?.[0]?.TrainingJob).toMatchObject({ ...found, Tags });
  expect(Results?.[0]?.TrainingJob).not.toHaveProperty('RemoteDebugConfig');
});

test('a training job is described with what SageMaker fills in', async () => {
  const { sagemaker } = await startSimulator();
  const S3DataSource = { S3DataType: 'S3Prefix' as const, S3Uri: 's3://data/in' };
  await sagemaker.createTrainingJob(
    training('job', {
      InputDataConfig: [{ ChannelName: 'train', DataSource: { S3DataSource } }],
      StoppingCondition: {},
    }),
  );
  expect(await sagemaker.describeTrainingJob({ TrainingJobName: 'job' })).toMatchObject({
    AlgorithmSpecification: { EnableSageMakerMetricsTimeSeries: false },
    InputDataConfig: [
      {
        DataSource: { S3DataSource: { ...S3DataSource, S3DataDistributionType: 'FullyReplicated' } },
        CompressionType: 'None',
        RecordWrapperType: 'None',
      },
    ],
    OutputDataConfig: { S3OutputPath: 's3://models/out/', KmsKeyId: '' },
    StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
    EnableNetworkIsolation: false,
    EnableInterContainerTrafficEncryption: false,
    EnableManagedSpotTraining: false,
  });
});

test('a model is described with every member of its request, but for tags', async () => {
  const { sagemaker, clock } = await startSimulator();
  await sagemaker.createModel(fullModel);
  const { Tags: _tags, ...kept } = fullModel;
  const { $metadata: _metadata, ...described } = await sagemaker.describeModel({ ModelName: 'full' });
  expect(described).toEqual({ ...kept, ModelArn: arn('model/full'), CreationTime: new Date(clock.now) });
});

test('a model is described with what SageMaker fills in', async () => {
  const { sagemaker } = await startSimulator();
  await sagemaker.createModel({ ModelName: 'm', ExecutionRoleArn: role, PrimaryContainer: { Image: image } });
  expect(await sagemaker.describeModel({ ModelName: 'm' })).toMatchObject({
    PrimaryContainer: { Image: image, Mode: 'SingleModel' },
    EnableNetworkIsolation: false,
  });
});

test('an endpoint configuration is described with every member of its request, but for tags', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeConfig(sagemaker, 'served');
  await sagemaker.createEndpointConfig(fullEndpointConfig);
  const { Tags: _tags, ...kept } = fullEndpointConfig;
  const { $metadata: _metadata, ...described } = await sagemaker.describeEndpointConfig({ EndpointConfigName: 'full' });
  expect(described).toEqual({
    ...kept,
    EnableNetworkIsolation: false,
    EndpointConfigArn: arn('endpoint-config/full'),
    CreationTime: new Date(clock.now),
  });
});

test('an endpoint is described with the features of its configuration', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  await makeConfig(sagemaker, 'served');
  await sagemaker.createEndpointConfig(fullEndpointConfig);
  await sagemaker.createEndpoint({ EndpointName: 'live', EndpointConfigName: 'full' });
  expect(await sagemaker.describeEndpoint({ EndpointName: 'live' })).toMatchObject({
    PendingDeploymentSummary: { ShadowProductionVariants: [{ VariantName: 'shadow', DesiredInstanceCount: 2 }] },
  });
  clock.advance(60);
  const { DataCaptureConfig: capture } = fullEndpointConfig;
  expect(await sagemaker.describeEndpoint({ EndpointName: 'live' })).toMatchObject({
    ProductionVariants: [{ VariantName: 'live', RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' } }],
    ShadowProductionVariants: [{ VariantName: 'shadow', CurrentInstanceCount: 2, CurrentWeight: 0.5 }],
    DataCaptureConfig: {
      EnableCapture: true,
      CaptureStatus: 'Started',
      CurrentSamplingPercentage: 20,
      DestinationS3Uri: capture?.DestinationS3Uri,
      KmsKeyId: capture?.KmsKeyId,
    },
    ExplainerConfig: fullEndpointConfig.ExplainerConfig,
    MetricsConfig: fullEndpointConfig.MetricsConfig,
  });

  await sagemaker.createEndpoint({ EndpointName: 'early', EndpointConfigName: 'full' });
  await fetch(`${simulator.url}/_control/endpoints/early/status`, { method: 'POST', body: '{"status":"InService"}' });
  expect(await sagemaker.describeEndpoint({ EndpointName: 'early' })).toMatchObject({
    ShadowProductionVariants: [{ VariantName: 'shadow' }],
    DataCaptureConfig: { CurrentSamplingPercentage: 20 },
  });
});

test('an asynchronous endpoint may capture data, and keeps that over an update that retains properties', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeConfig(sagemaker, 'served');
  const { ShadowProductionVariants: _shadow, ...config } = fullEndpointConfig;
  await sagemaker.createEndpointConfig({ ...config, AsyncInferenceConfig: asyncInference });
  const { DataCaptureConfig: _capture, ...plain } = { ...config, AsyncInferenceConfig: asyncInference };
  await sagemaker.createEndpointConfig({ ...plain, EndpointConfigName: 'plain' });
  await sagemaker.createEndpoint({ EndpointName: 'live', EndpointConfigName: 'full' });
  clock.advance(60);
  const update = async (EndpointConfigName: string, RetainAllVariantProperties: boolean): Promise<unknown> => {
    await sagemaker.updateEndpoint({ EndpointName: 'live', EndpointConfigName, RetainAllVariantProperties });
    clock.advance(60);
    const { DataCaptureConfig, AsyncInferenceConfig } = await sagemaker.describeEndpoint({ EndpointName: 'live' });
    return [DataCaptureConfig?.CurrentSamplingPercentage, AsyncInferenceConfig];
  };
  expect(await update('plain', true)).toEqual([20, asyncInference]);
  expect(await update('full', false)).toEqual([20, asyncInference]);
  expect(await update('plain', false)).toEqual([undefined, asyncInference]);
});
