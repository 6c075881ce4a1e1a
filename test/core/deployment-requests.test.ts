import { describe, expect, it } from 'vitest';
import {
  decideEndpointConfig,
  endpointConfigIdentity,
  requestOfVariant,
} from '../../src/core/deployment/endpoint-config-request.ts';
import { hasOwnData, modelIdentity, modelRequest } from '../../src/core/deployment/model-request.ts';
import type { ShapeObject } from '../../src/core/shapes/shapes.ts';

const artifact = 's3://models/job/output/model.tar.gz';
const Image = 'serve:1';

describe('modelRequest', () => {
  const request = (model: ShapeObject, training: ShapeObject = {}) => modelRequest({ training, model }, artifact);

  it('puts the artifact into the container', () => {
    const model = {
      PrimaryContainer: { Image, Environment: { A: 'b', C: null } },
      Tags: [{ Key: 'a', Value: 'b' }],
      VpcConfig: null,
    };
    expect(request(model)).toEqual({ PrimaryContainer: { Image, Environment: { A: 'b' }, ModelDataUrl: artifact } });
    expect(modelRequest({ training: {}, model }, null)).toBeNull();
  });

  it('takes an uncompressed artifact for a prefix', () => {
    const training = { OutputDataConfig: { S3OutputPath: 's3://models', CompressionType: 'NONE' } };
    const S3DataSource = { S3Uri: `${artifact}/`, S3DataType: 'S3Prefix', CompressionType: 'None' };
    expect(request({ PrimaryContainer: { Image } }, training)).toEqual({
      PrimaryContainer: { Image, ModelDataSource: { S3DataSource } },
    });
    const own = { ModelDataSource: { S3DataSource: { S3DataType: 'S3Object', CompressionType: 'Gzip' } } };
    expect(request({ PrimaryContainer: { Image, ...own } })).toEqual({
      PrimaryContainer: {
        Image,
        ModelDataSource: { S3DataSource: { S3DataType: 'S3Object', CompressionType: 'Gzip', S3Uri: artifact } },
      },
    });
  });

  it('gives the artifact to the container of a pipeline that has none', () => {
    const first = { Image: 'prepare:1', ModelDataUrl: 's3://prepare/model.tar.gz' };
    expect(request({ Containers: [first, { Image }] })).toEqual({ Containers: [first, { Image, ModelDataUrl: artifact }] });
  });

  it('leaves model data of the request as it is, for which no artifact is needed', () => {
    const model = { PrimaryContainer: { Image, ModelDataUrl: 's3://other/model.tar.gz' } };
    expect(request(model)).toEqual(model);
    expect(modelRequest({ training: {}, model }, null)).toEqual(model);
    expect([hasOwnData({ model }), hasOwnData({ model: { PrimaryContainer: { Image } } })]).toEqual([true, false]);
    expect(hasOwnData({ model: { PrimaryContainer: { ModelPackageName: 'p' } } })).toBe(true);
  });
});

describe('modelIdentity and endpointConfigIdentity', () => {
  it('are what the version before made of a content that it could say, so that an update renames nothing', () => {
    const plain = { PrimaryContainer: { Image, ModelDataUrl: artifact }, ExecutionRoleArn: 'role' };
    expect(modelIdentity(plain)).toEqual({ image: Image, modelDataUrl: artifact, roleArn: 'role' });
    const variant = { variantName: 'AllTraffic', modelName: 'm', instanceType: 'ml.m5.large', instanceCount: 1 };
    expect(endpointConfigIdentity(requestOfVariant(variant))).toEqual(variant);
  });

  it('are all of any other content', () => {
    const rich = { PrimaryContainer: { Image, ModelDataUrl: artifact, Environment: { A: 'b' } }, ExecutionRoleArn: 'role' };
    expect(modelIdentity(rich)).toEqual(rich);
    const [plain] = requestOfVariant({ variantName: 'v', modelName: 'm', instanceType: 't', instanceCount: 1 })[
      'ProductionVariants'
    ] as ShapeObject[];
    for (const more of [{ VolumeSizeInGB: 10 }, { InitialVariantWeight: 2 }]) {
      const request = { ProductionVariants: [{ ...plain, ...more }] };
      expect(endpointConfigIdentity(request)).toEqual(request);
    }
    expect(endpointConfigIdentity({ ProductionVariants: [plain], KmsKeyId: 'key' })).toHaveProperty('KmsKeyId');
  });
});

describe('decideEndpointConfig', () => {
  const config: ShapeObject = {
    ProductionVariants: [{ InstanceType: 'ml.m5.large', InitialInstanceCount: 1, InitialVariantWeight: 1 }],
  };
  const liveVariant = {
    VariantName: 'Blue',
    ModelName: 'old',
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: 4,
    InitialVariantWeight: 1,
    VolumeSizeInGB: 64,
    ContainerStartupHealthCheckTimeoutInSeconds: 600,
  };
  const live: ShapeObject = {
    EndpointConfigName: 'old',
    EndpointConfigArn: 'arn',
    CreationTime: 'yesterday',
    KmsKeyId: 'key',
    DataCaptureConfig: { EnableCapture: true, InitialSamplingPercentage: 20, DestinationS3Uri: 's3://captured' },
    ProductionVariants: [liveVariant],
  };
  const decide = (wanted: ShapeObject, found: ShapeObject | null = live, variantNames = found === null ? [] : ['Blue']) =>
    decideEndpointConfig({ endpointName: 'live', modelName: 'new', config: wanted, live: found, variantNames });

  it('makes one of the wishes alone where there is no endpoint', () => {
    expect(decide(config, null)).toEqual({
      kind: 'request',
      request: {
        ProductionVariants: [
          {
            InstanceType: 'ml.m5.large',
            InitialInstanceCount: 1,
            InitialVariantWeight: 1,
            VariantName: 'AllTraffic',
            ModelName: 'new',
          },
        ],
      },
      carriedOver: [],
      instanceType: null,
    });
    const named = { ProductionVariants: [{ InstanceType: 'ml.m5.large', VariantName: 'Green' }] };
    expect(decide(named, null)).toMatchObject({ request: { ProductionVariants: [{ VariantName: 'Green' }] } });
  });

  it('refuses what does not go together with what is carried over', () => {
    const serverless = (ServerlessConfig: ShapeObject) => ({ ProductionVariants: [{ ServerlessConfig }] });
    const [variant] = serverless({ MemorySizeInMB: 2048, MaxConcurrency: 20, ProvisionedConcurrency: 10 }).ProductionVariants;
    const found = { ProductionVariants: [{ ...variant, VariantName: 'Blue', ModelName: 'old' }] };
    expect(decide(serverless({ MemorySizeInMB: 2048, MaxConcurrency: 5 }), found)).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining(
        'create_endpoint_config.ProductionVariants[0].ServerlessConfig.ProvisionedConcurrency must be at most MaxConcurrency',
      ),
    });
    const without = serverless({ MemorySizeInMB: 2048, MaxConcurrency: 5, ProvisionedConcurrency: null });
    expect(decide(without, found)).toMatchObject({ kind: 'request' });
  });

  it('carries over what the live configuration has and nothing speaks of', () => {
    expect(decide(config)).toEqual({
      kind: 'request',
      request: {
        KmsKeyId: 'key',
        DataCaptureConfig: live['DataCaptureConfig'],
        ProductionVariants: [{ ...liveVariant, InitialInstanceCount: 1, ModelName: 'new' }],
      },
      carriedOver: ['KmsKeyId', 'DataCaptureConfig', 'VolumeSizeInGB', 'ContainerStartupHealthCheckTimeoutInSeconds'],
      instanceType: null,
    });
  });

  it('takes away what a null speaks of, and changes what a wish does', () => {
    const wish = { ...config, DataCaptureConfig: { InitialSamplingPercentage: 100 }, KmsKeyId: null };
    expect(decide(wish)).toMatchObject({
      request: { DataCaptureConfig: { EnableCapture: true, InitialSamplingPercentage: 100, DestinationS3Uri: 's3://captured' } },
      carriedOver: ['VolumeSizeInGB', 'ContainerStartupHealthCheckTimeoutInSeconds'],
    });
    expect(decide(wish)).not.toHaveProperty('request.KmsKeyId');
  });

  it('says which instance type would change', () => {
    const wish = { ProductionVariants: [{ InstanceType: 'ml.c5.large' }] };
    expect(decide(wish)).toMatchObject({ instanceType: { from: 'ml.m5.large', to: 'ml.c5.large', variantName: 'Blue' } });
  });

  const serverless = { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } };
  it.each<[string, ShapeObject, ShapeObject, string[], RegExp]>([
    ['several variants', config, live, ['Blue', 'Green'], /several production variants \(Blue, Green\)/],
    ['another name', { ProductionVariants: [{ VariantName: 'Green' }] }, live, ['Blue'], /Blue, whose name stays, and Green/],
    [
      'inference components',
      config,
      { ProductionVariants: [{ VariantName: 'Blue', InstanceType: 'ml.m5.large' }] },
      ['Blue'],
      /inference components/,
    ],
    [
      'instances in place of serverless',
      config,
      { ProductionVariants: [{ VariantName: 'Blue', ModelName: 'old', ...serverless }] },
      ['Blue'],
      /is serverless, .* give create_endpoint_config\.ProductionVariants\[0\]\.ServerlessConfig/,
    ],
    ['serverless in place of instances', { ProductionVariants: [serverless] }, live, ['Blue'], /makes no serverless endpoint/],
    [
      'one type in place of instance pools',
      config,
      { ProductionVariants: [{ VariantName: 'Blue', ModelName: 'old', InstancePools: [{ InstanceType: 'ml.m5.large' }] }] },
      ['Blue'],
      /has instance pools/,
    ],
  ])('refuses %s, and says what to do', (_name, wanted, found, names, reason) => {
    expect(decide(wanted, found, names)).toEqual({ kind: 'refuse', reason: expect.stringMatching(reason) });
  });

  it('continues with a serverless endpoint, whose settings may change', () => {
    const found = { ProductionVariants: [{ VariantName: 'Blue', ModelName: 'old', ...serverless }] };
    const wish = { ProductionVariants: [{ ServerlessConfig: { MaxConcurrency: 9 } }] };
    expect(decide(wish, found)).toMatchObject({
      request: { ProductionVariants: [{ ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 9 } }] },
      instanceType: null,
    });
  });
});
