/** What a request says in SageMaker's own shapes, from the request to the endpoint. */
import { describe, expect, it } from 'vitest';
import { noLayers, type ShapeLayers } from '../../src/core/shapes/shape-layers.ts';
import { adoptOrphans } from '../../src/services/adoption/adopt-orphans.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { image, role } from '../../tools/testkit/simulator.ts';
import { endpointName, startTestContext, type TestContext } from './harness.ts';

const VpcConfig = { SecurityGroupIds: ['sg-0123abcd'], Subnets: ['subnet-0123abcd'] };
const DataCaptureConfig = {
  EnableCapture: true,
  InitialSamplingPercentage: 20,
  DestinationS3Uri: 's3://captured/live',
  CaptureOptions: [{ CaptureMode: 'Input' as const }],
};

const layer = (parts: Partial<ShapeLayers>): ShapeLayers => ({ ...noLayers, ...parts });

const liveConfig = async ({ sdk }: TestContext) => {
  const { EndpointConfigName } = await sdk.describeEndpoint({ EndpointName: endpointName });
  return sdk.describeEndpointConfig({ EndpointConfigName });
};

const liveModel = async (context: TestContext) => {
  const { ProductionVariants: [variant] = [] } = await liveConfig(context);
  return context.sdk.describeModel({ ModelName: variant?.ModelName });
};

const tagsOf = async ({ sdk }: TestContext, ResourceArn: string | undefined) => {
  const { Tags = [] } = await sdk.listTags({ ResourceArn });
  return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
};

/** A foreign endpoint, InService on the configuration `foreign`. */
async function createForeignEndpoint(
  { sdk, clock }: TestContext,
  config: Partial<Parameters<TestContext['sdk']['createEndpointConfig']>[0]> = {},
): Promise<void> {
  await sdk.createModel({
    ModelName: 'foreign',
    PrimaryContainer: { Image: image, ModelDataUrl: 's3://foreign/model.tar.gz' },
    ExecutionRoleArn: role,
  });
  await sdk.createEndpointConfig({
    EndpointConfigName: 'foreign',
    ProductionVariants: [
      { VariantName: 'Blue', ModelName: 'foreign', InstanceType: 'ml.m5.large', InitialInstanceCount: 2, VolumeSizeInGB: 64 },
    ],
    KmsKeyId: 'alias/foreign',
    DataCaptureConfig,
    ...config,
  });
  await sdk.createEndpoint({ EndpointName: endpointName, EndpointConfigName: 'foreign' });
  clock.advance(600);
}

describe("a request in SageMaker's shapes", () => {
  it('reaches the training job, the model, the endpoint configuration and the tags of all', async () => {
    const context = await startTestContext();
    const name = await context.start({
      tags: { team: 'nlp' },
      shapes: {
        training: {
          VpcConfig,
          EnableNetworkIsolation: true,
          EnableManagedSpotTraining: true,
          StoppingCondition: { MaxWaitTimeInSeconds: 90_000 },
          CheckpointConfig: { S3Uri: 's3://checkpoints/job' },
          OutputDataConfig: { KmsKeyId: 'alias/models' },
          InputDataConfig: [
            {
              ChannelName: 'validation',
              DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/validation' } },
              ContentType: 'text/csv',
            },
          ],
        },
        model: { VpcConfig, PrimaryContainer: { Environment: { MAX_BATCH: '8' } }, Tags: [{ Key: 'stage', Value: 'test' }] },
        endpointConfig: { DataCaptureConfig, ProductionVariants: [{ VolumeSizeInGB: 40 }] },
      },
    });
    await context.settle();
    expect(await context.sdk.describeTrainingJob({ TrainingJobName: name })).toMatchObject({
      VpcConfig,
      EnableNetworkIsolation: true,
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 86_400, MaxWaitTimeInSeconds: 90_000 },
      CheckpointConfig: { S3Uri: 's3://checkpoints/job' },
      OutputDataConfig: { KmsKeyId: 'alias/models' },
      InputDataConfig: [{ ChannelName: 'validation', ContentType: 'text/csv' }],
      AlgorithmSpecification: { TrainingImage: image },
    });
    const model = await liveModel(context);
    expect(model).toMatchObject({
      VpcConfig,
      PrimaryContainer: { Image: image, Environment: { MAX_BATCH: '8' }, ModelDataUrl: expect.stringContaining(name) },
    });
    const config = await liveConfig(context);
    expect(config).toMatchObject({
      DataCaptureConfig,
      ProductionVariants: [{ VolumeSizeInGB: 40, InstanceType: 'ml.m5.large' }],
    });
    expect(await tagsOf(context, model.ModelArn)).toMatchObject({
      team: 'nlp',
      stage: 'test',
      'autodeploy:content': expect.stringMatching(/^[\da-f]{64}$/),
      'autodeploy:training-job-name': name,
    });
    expect(await tagsOf(context, config.EndpointConfigArn)).toMatchObject({
      team: 'nlp',
      'autodeploy:content': expect.any(String),
    });
    const { EndpointArn } = await context.sdk.describeEndpoint({ EndpointName: endpointName });
    expect(await tagsOf(context, EndpointArn)).toMatchObject({ team: 'nlp' });
  });

  it('also tags an endpoint that is there already', async () => {
    const context = await startTestContext();
    await context.start();
    await context.settle();
    const name = await context.start({ tags: { team: 'nlp' } });
    await context.settle();
    const { EndpointArn } = await context.sdk.describeEndpoint({ EndpointName: endpointName });
    expect(await tagsOf(context, EndpointArn)).toMatchObject({ team: 'nlp', 'autodeploy:training-job-name': name });
  });

  it('keeps what it said when the settings change meanwhile', async () => {
    const context = await startTestContext();
    await context.start();
    context.ctx.settings.endpointInstanceType = 'ml.c5.4xlarge';
    await context.settle();
    expect((await liveConfig(context)).ProductionVariants).toMatchObject([{ InstanceType: 'ml.m5.large' }]);
  });

  it('has the metrics that it names, and its history says which of them are no numbers', async () => {
    const context = await startTestContext();
    context.simulator.changeSettings({ finalMetrics: { accuracy: 0.9, loss: 'NaN', unnamed: 1 } });
    const name = await context.start({ metricDefinitions: [{ name: 'accuracy' }, { name: 'loss' }] });
    await context.settle();
    expect((await context.store.runs.find(name))?.metrics).toEqual({ accuracy: 0.9 });
    const history = await context.store.history.list({ trainingJobName: name });
    expect(history.map(({ detail }) => detail)).toContain('metrics whose last value is no finite number are left out: loss');
  });

  it('serves an uncompressed artifact by its prefix', async () => {
    const context = await startTestContext();
    const name = await context.start({ shapes: layer({ training: { OutputDataConfig: { CompressionType: 'NONE' } } }) });
    await context.settle();
    expect((await context.deploymentsOf(name)).map(({ status }) => status)).toEqual(['deployed']);
    const { PrimaryContainer } = await liveModel(context);
    expect(PrimaryContainer?.ModelDataSource?.S3DataSource).toMatchObject({
      S3Uri: expect.stringMatching(/\/$/),
      S3DataType: 'S3Prefix',
      CompressionType: 'None',
    });
    expect(PrimaryContainer?.ModelDataUrl).toBeUndefined();
  });
});

describe('a deployment to a foreign endpoint', () => {
  it('carries over what nothing speaks of, and keeps the name of the variant', async () => {
    const context = await startTestContext();
    await createForeignEndpoint(context);
    const name = await context.start();
    await context.settle();
    const [deployment] = await context.deploymentsOf(name);
    expect(deployment?.status).toBe('deployed');
    expect(await liveConfig(context)).toMatchObject({
      EndpointConfigName: deployment?.endpointConfigName,
      KmsKeyId: 'alias/foreign',
      DataCaptureConfig,
      ProductionVariants: [{ VariantName: 'Blue', VolumeSizeInGB: 64, ModelName: deployment?.modelName }],
    });
    const history = await context.store.history.list({ trainingJobName: name });
    expect(history.map(({ detail }) => detail)).toContainEqual(
      expect.stringMatching(/with what the endpoint had: .*DataCaptureConfig/),
    );
  });

  it('takes away what a null speaks of', async () => {
    const context = await startTestContext();
    await createForeignEndpoint(context);
    await context.start({ shapes: layer({ endpointConfig: { DataCaptureConfig: null } }) });
    await context.settle();
    expect((await liveConfig(context)).DataCaptureConfig).toBeUndefined();
    expect((await liveConfig(context)).KmsKeyId).toBe('alias/foreign');
    expect((await context.sdk.describeEndpoint({ EndpointName: endpointName })).DataCaptureConfig).toBeUndefined();
  });

  it('captures data as the request says, and keeps the count of instances', async () => {
    const context = await startTestContext();
    await createForeignEndpoint(context);
    await context.start({
      shapes: layer({ endpointConfig: { DataCaptureConfig: { ...DataCaptureConfig, InitialSamplingPercentage: 77 } } }),
    });
    await context.settle();
    expect(await context.sdk.describeEndpoint({ EndpointName: endpointName })).toMatchObject({
      DataCaptureConfig: { CurrentSamplingPercentage: 77 },
      ProductionVariants: [{ DesiredInstanceCount: 2 }],
    });
  });

  it.each([
    [
      'several variants',
      {
        ProductionVariants: ['Blue', 'Green'].map((VariantName) => ({
          VariantName,
          ModelName: 'foreign',
          InstanceType: 'ml.m5.large' as const,
          InitialInstanceCount: 1,
        })),
      },
      noLayers,
      /several production variants \(Blue, Green\)/,
    ],
    [
      'a serverless variant',
      {
        DataCaptureConfig: undefined,
        KmsKeyId: undefined,
        ProductionVariants: [
          { VariantName: 'Blue', ModelName: 'foreign', ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } },
        ],
      },
      noLayers,
      /is serverless/,
    ],
    [
      'instances, where it is to be serverless',
      {},
      layer({ endpointConfig: { ProductionVariants: [{ ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } }] } }),
      /makes no serverless endpoint/,
    ],
    [
      'a variant of another name',
      {},
      layer({ endpointConfig: { ProductionVariants: [{ VariantName: 'Green' }] } }),
      /Blue, whose name stays/,
    ],
  ])('with %s fails, and touches nothing', async (_name, config, shapes, reason) => {
    const context = await startTestContext();
    await createForeignEndpoint(context, config);
    const name = await context.start({ shapes });
    const before = context.effects();
    await context.settle();
    const [deployment] = await context.deploymentsOf(name);
    expect(deployment).toMatchObject({ status: 'failed', failureKind: 'invalid', failureReason: expect.stringMatching(reason) });
    const { training_job_ended: _, ...effects } = context.effects();
    expect(effects).toEqual(before);
    const { EndpointConfigName } = await context.sdk.describeEndpoint({ EndpointName: endpointName });
    expect(EndpointConfigName).toBe('foreign');
  });
});

describe('requestDeployment with shapes', () => {
  const request = (context: TestContext, trainingJobName: string, parts: Partial<ShapeLayers> | null, force = false) =>
    requestDeployment(context.ctx, {
      trainingJobName,
      force,
      trigger: 'api',
      parts: parts === null ? [] : [layer(parts)],
      reason: 'try',
    });

  it('makes another model of the same training, and the same one again of the same request', async () => {
    const context = await startTestContext();
    const name = await context.start();
    await context.settle();
    const wish = { model: { PrimaryContainer: { Image: `${image}-2`, Environment: { A: 'b' } } } };
    const { deployment, created } = await request(context, name, wish);
    expect(created).toBe(true);
    await context.settle();
    const [second, first] = await context.deploymentsOf(name);
    expect(second).toMatchObject({ deploymentId: deployment.deploymentId, status: 'deployed', attempts: 2 });
    expect(second?.modelName).not.toBe(first?.modelName);
    expect(await liveModel(context)).toMatchObject({ PrimaryContainer: { Image: `${image}-2`, Environment: { A: 'b' } } });
    expect(context.effects()).toMatchObject({ training_job_created: 1, model_created: 2 });
    expect(await request(context, name, wish)).toMatchObject({ created: false, deployment: { attempts: 2 } });
    expect(await request(context, name, null)).toMatchObject({ created: false, deployment: { attempts: 2 } });
    const history = await context.store.history.list({ trainingJobName: name });
    expect(history.map(({ reason }) => reason)).toContain('try');
  });

  it('refuses another content while a deployment is in progress', async () => {
    const context = await startTestContext();
    const name = await context.start();
    await context.untilQueued(name);
    await expect(request(context, name, { endpointConfig: { KmsKeyId: 'key' } })).rejects.toMatchObject({
      code: 'deployment_in_progress',
    });
    expect(await request(context, name, null)).toMatchObject({ created: false });
  });

  it('refuses what does not go together, and records nothing', async () => {
    const context = await startTestContext();
    const name = await context.start();
    await context.settle();
    const both = { PrimaryContainer: { Image: image }, Containers: [{ Image: image }] };
    await expect(request(context, name, { model: both })).rejects.toMatchObject({
      code: 'invalid_request',
      issues: [{ field: 'create_model.PrimaryContainer', detail: expect.stringContaining('excludes Containers') }],
    });
    expect(await context.deploymentsOf(name)).toHaveLength(1);
  });
});

describe('a rebuilt database', () => {
  it('deploys an adopted training as its record said, where the settings and its tags tell that', async () => {
    const context = await startTestContext();
    const name = await context.start({ servingImage: `${image}-3` });
    await context.loseDatabase();
    await adoptOrphans(context.ctx, { search: newSearch() });
    await context.settle();
    expect((await context.deploymentsOf(name)).map(({ status }) => status)).toEqual(['deployed']);
    expect(await liveModel(context)).toMatchObject({ PrimaryContainer: { Image: `${image}-3` } });
    const history = await context.store.history.list({ trainingJobName: name });
    expect(history.map(({ detail }) => detail ?? '').join('\n')).not.toContain('lost with the database');
  });

  it('says what was lost of the request, and takes the network of the training', async () => {
    const context = await startTestContext();
    const name = await context.start({
      shapes: {
        training: { VpcConfig },
        model: { VpcConfig, PrimaryContainer: { Environment: { A: 'b' } } },
        endpointConfig: {},
      },
    });
    await context.loseDatabase();
    await adoptOrphans(context.ctx, { search: newSearch() });
    await context.settle();
    expect(await liveModel(context)).toMatchObject({ VpcConfig });
    const history = await context.store.history.list({ trainingJobName: name });
    expect(history.map(({ detail }) => detail ?? '').join('\n')).toContain('which was lost with the database');
    const run = await context.store.runs.find(name);
    expect(run?.shapes?.training).toMatchObject({ VpcConfig });
  });

  it('serves a foreign training by its own image, but for one that the settings or the file name', async () => {
    const context = await startTestContext();
    const deployed = async (TrainingJobName: string, ctx = context.ctx) => {
      await context.sdk.createTrainingJob({
        TrainingJobName,
        RoleArn: role,
        AlgorithmSpecification: { TrainingImage: 'foreign:7', TrainingInputMode: 'File' },
        OutputDataConfig: { S3OutputPath: 's3://foreign' },
        ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
        StoppingCondition: { MaxRuntimeInSeconds: 600 },
      });
      context.clock.advance(600);
      await requestDeployment(ctx, { trainingJobName: TrainingJobName, force: true, trigger: 'api' });
      await context.settle();
      return (await liveModel(context)).PrimaryContainer?.Image;
    };
    const { settings } = context.ctx;
    expect(await deployed('one')).toBe('foreign:7');
    expect(await deployed('two', { ...context.ctx, settings: { ...settings, servingImage: 'serve:2' } })).toBe('serve:2');
    const file = layer({
      training: { AlgorithmSpecification: { TrainingImage: 'train:3' } },
      model: { PrimaryContainer: { Image: settings.trainingImage } },
    });
    const delivery = { ...settings.delivery, defaults: { ...settings.delivery.defaults, ...file } };
    expect(await deployed('three', { ...context.ctx, settings: { ...settings, delivery } })).toBe(settings.trainingImage);
  });

  it('keeps the reason of an adopted training that fails', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'fail_training', reason: 'AlgorithmError: bad data' });
    const name = await context.start({ shapes: layer({ model: { PrimaryContainer: { Environment: { A: 'b' } } } }) });
    await context.loseDatabase();
    await adoptOrphans(context.ctx, { search: newSearch() });
    await context.settle();
    const history = await context.store.history.list({ trainingJobName: name });
    expect(history.at(-1)).toMatchObject({ to: 'failed', detail: 'AlgorithmError: bad data' });
  });

  it('shows no value of the serving environment in the reason of its training, either', async () => {
    const context = await startTestContext();
    const model = { PrimaryContainer: { Environment: { API_TOKEN: 'serving-secret-1234' } } };
    const training = { Environment: { TRAIN_TOKEN: 'training-secret-5678' } };
    const reason = 'AlgorithmError: 401 for serving-secret-1234, then for training-secret-5678';
    context.simulator.addFault({ kind: 'fail_training', reason });
    const name = await context.start({ shapes: layer({ model, training }) });
    await context.settle();
    const run = await context.store.runs.find(name);
    expect(run?.failureReason).toMatch(/^AlgorithmError: 401 for .*, then for /);
    for (const shown of [
      run?.failureReason,
      context.lines.join(''),
      JSON.stringify(await context.store.history.list({ trainingJobName: name })),
    ])
      expect(shown).not.toMatch(/serving-secret|training-secret/);
  });
});
