import { describe, expect, it } from 'vitest';
import { withoutNulls } from '../../src/core/shapes/merge-shapes.ts';
import { noLayers, type ShapeLayers } from '../../src/core/shapes/shape-layers.ts';
import { shapesOfAdopted } from '../../src/core/training/adopted-run.ts';
import { legacyOfTraining, trainingOfLegacy } from '../../src/core/training/legacy-request.ts';
import { checkRun, mergeOver, mergeRun } from '../../src/core/training/merge-run.ts';
import { fieldsLayer, usualRegex } from '../../src/core/training/request-fields.ts';
import { shapesOfRun } from '../../src/core/training/run-shapes.ts';
import type { ShapeSettings } from '../../src/core/training/settings-layer.ts';

const role = 'arn:aws:iam::123456789012:role/sagemaker';

const settings: ShapeSettings = {
  roleArn: role,
  trainingImage: 'train:1',
  servingImage: 'train:1',
  trainingInputS3Uri: 's3://data/train',
  modelOutputS3Uri: 's3://models',
  trainingInstanceType: 'ml.m5.xlarge',
  trainingInstanceCount: 1,
  trainingVolumeGb: 30,
  trainingMaxRuntimeSeconds: 86_400,
  endpointInstanceType: 'ml.m5.large',
  endpointInstanceCount: 2,
};

const layer = (parts: Partial<ShapeLayers>): ShapeLayers => ({ ...noLayers, ...parts });

describe('mergeRun', () => {
  it('makes three whole requests of the settings alone', () => {
    const merged = mergeRun(settings, []);
    expect(merged).toEqual({
      training: {
        RoleArn: role,
        AlgorithmSpecification: { TrainingImage: 'train:1', TrainingInputMode: 'File' },
        InputDataConfig: [
          {
            ChannelName: 'train',
            DataSource: {
              S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/train', S3DataDistributionType: 'FullyReplicated' },
            },
          },
        ],
        OutputDataConfig: { S3OutputPath: 's3://models' },
        ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
        StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
      },
      model: { PrimaryContainer: { Image: 'train:1' }, ExecutionRoleArn: role },
      endpointConfig: {
        ProductionVariants: [{ InstanceType: 'ml.m5.large', InitialInstanceCount: 2, InitialVariantWeight: 1 }],
      },
    });
    expect(checkRun(merged)).toEqual([]);
  });

  it('lays the fields of the request over its shapes, those over the file, and that over the settings', () => {
    const { training } = mergeRun(settings, [
      layer({
        training: { ResourceConfig: { VolumeSizeInGB: 40, InstanceCount: 3 }, HyperParameters: { a: 'file', b: 'file' } },
      }),
      layer({ training: { ResourceConfig: { InstanceCount: 4 }, HyperParameters: { b: 'shape', c: 'shape' } } }),
      fieldsLayer({ instanceCount: 5, hyperparameters: { c: 'field' } }),
    ]);
    expect(training['ResourceConfig']).toEqual({ InstanceType: 'ml.m5.xlarge', InstanceCount: 5, VolumeSizeInGB: 40 });
    expect(training['HyperParameters']).toEqual({ a: 'file', b: 'shape', c: 'field' });
  });

  it('serves with the training image, from whatever layer, where no other is set', () => {
    const image = (layers: ShapeLayers[], own = settings) => mergeRun(own, layers).model['PrimaryContainer'];
    expect(image([fieldsLayer({ trainingImage: 'train:2' })])).toEqual({ Image: 'train:2' });
    expect(image([layer({ training: { AlgorithmSpecification: { TrainingImage: 'train:3' } } })])).toEqual({ Image: 'train:3' });
    expect(image([fieldsLayer({ trainingImage: 'train:2', servingImage: 'serve:9' })])).toEqual({ Image: 'serve:9' });
    expect(image([fieldsLayer({ trainingImage: 'train:2' })], { ...settings, servingImage: 'serve:1' })).toEqual({
      Image: 'serve:1',
    });
  });

  it('keeps the nulls of model and endpoint configuration, which take away from a live endpoint, and none of the training', () => {
    const merged = mergeRun(settings, [
      layer({ training: { InputDataConfig: null }, endpointConfig: { DataCaptureConfig: null }, model: { VpcConfig: null } }),
    ]);
    expect(merged.training).not.toHaveProperty('InputDataConfig');
    expect(merged.endpointConfig).toHaveProperty('DataCaptureConfig', null);
    expect(merged.model).toHaveProperty('VpcConfig', null);
  });
});

describe('checkRun', () => {
  const issuesOf = (...layers: ShapeLayers[]) =>
    checkRun(mergeRun(settings, layers)).map(({ field, detail }) => `${field} ${detail}`);

  it('wants a wait that is long enough of a spot training', () => {
    const spot = (seconds?: number) =>
      issuesOf(
        layer({
          training: {
            EnableManagedSpotTraining: true,
            ...(seconds === undefined ? {} : { StoppingCondition: { MaxWaitTimeInSeconds: seconds } }),
          },
        }),
      );
    expect(spot()).toEqual([expect.stringContaining('create_training_job.StoppingCondition.MaxWaitTimeInSeconds is required')]);
    expect(spot(60)).toEqual([expect.stringContaining('must be at least MaxRuntimeInSeconds')]);
    expect(spot(86_400)).toEqual([]);
  });

  it('counts entries over all layers, and tags over training and model together', () => {
    const half = (prefix: string, count = 60) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 'x']));
    const tags = (prefix: string, count: number) => Object.keys(half(prefix, count)).map((Key) => ({ Key, Value: 'x' }));
    expect(
      issuesOf(layer({ training: { HyperParameters: half('a') } }), layer({ training: { HyperParameters: half('b') } })),
    ).toEqual(['create_training_job.HyperParameters must have at most 100 entries']);
    expect(issuesOf(layer({ training: { Tags: tags('a', 30) }, model: { Tags: tags('b', 30) } }))).toEqual([
      'create_model.Tags must have at most 40 entries, with those of create_training_job',
    ]);
    expect(issuesOf(layer({ training: { Tags: tags('a', 30) }, model: { Tags: tags('a', 30) } }))).toEqual([]);
  });
});

describe('checkRun, of what SageMaker would refuse after the training only', () => {
  const fieldsOf = (parts: Partial<ShapeLayers>) => checkRun(mergeRun(settings, [layer(parts)])).map(({ field }) => field);

  it.each<[string, Partial<ShapeLayers>, string[]]>([
    ['no container', { model: { PrimaryContainer: null } }, ['create_model.PrimaryContainer']],
    ['an empty list of containers', { model: { Containers: [] } }, ['create_model.PrimaryContainer']],
    ['no image', { model: { PrimaryContainer: { Image: null } } }, ['create_model.PrimaryContainer.Image']],
    ['a container without an image', { model: { Containers: [{ Image: 'a' }, {}] } }, ['create_model.Containers[1].Image']],
    [
      'no count of instances',
      { endpointConfig: { ProductionVariants: [{ InitialInstanceCount: null }] } },
      ['create_endpoint_config.ProductionVariants[0].InitialInstanceCount'],
    ],
  ])('requires what is missing with %s', (_what, parts, fields) => {
    expect(fieldsOf(parts)).toEqual(fields);
  });

  it('takes a model package without an image', () => {
    const ModelPackageName = 'arn:aws:sagemaker:us-east-1:123456789012:model-package/mine/1';
    expect(fieldsOf({ model: { PrimaryContainer: { ModelPackageName } } })).toEqual([]);
  });

  const ProductionVariants = [{ ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } }];
  const capture = { InitialSamplingPercentage: 1, DestinationS3Uri: 's3://b/c', CaptureOptions: [{ CaptureMode: 'Input' }] };
  const source = { S3DataSource: { S3Uri: 's3://b/m/', S3DataType: 'S3Prefix', CompressionType: 'None' } };

  it.each<[string, Partial<ShapeLayers>]>([
    ['create_model.VpcConfig', { model: { VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] } } }],
    ['create_model.EnableNetworkIsolation', { model: { EnableNetworkIsolation: true } }],
    ['create_model.PrimaryContainer.Mode MultiModel', { model: { PrimaryContainer: { Mode: 'MultiModel' } } }],
    ['create_model.PrimaryContainer.ModelDataSource', { model: { PrimaryContainer: { ModelDataSource: source } } }],
    ['create_endpoint_config.DataCaptureConfig', { endpointConfig: { DataCaptureConfig: { ...capture, EnableCapture: true } } }],
    [
      'create_endpoint_config.AsyncInferenceConfig',
      { endpointConfig: { AsyncInferenceConfig: { OutputConfig: { S3OutputPath: 's3://b/o' } } } },
    ],
    [
      'create_training_job.OutputDataConfig.CompressionType NONE',
      { training: { OutputDataConfig: { CompressionType: 'NONE' } } },
    ],
  ])('refuses %s with a serverless variant', (other, parts) => {
    const serverless = { ...parts, endpointConfig: { ...parts.endpointConfig, ProductionVariants } };
    expect(fieldsOf(parts)).toEqual([]);
    expect(checkRun(mergeRun(settings, [layer(serverless)]))).toEqual([
      {
        field: 'create_endpoint_config.ProductionVariants[0].ServerlessConfig',
        detail: `excludes ${other}; take one of them away with null`,
      },
    ]);
  });

  it('takes with a serverless variant what says nothing', () => {
    const DataCaptureConfig = { ...capture, EnableCapture: false };
    const model = { EnableNetworkIsolation: false, VpcConfig: null };
    expect(fieldsOf({ model, endpointConfig: { DataCaptureConfig, ProductionVariants } })).toEqual([]);
  });
});

describe('a request of the version before', () => {
  const request = {
    trainingImage: 'train:1',
    roleArn: role,
    instanceType: 'ml.m5.xlarge',
    instanceCount: 1,
    volumeGb: 30,
    maxRuntimeSeconds: 3600,
    inputS3Uri: 's3://data/train',
    outputS3Uri: 's3://models',
    hyperparameters: { epochs: '3' },
    environment: { STAGE: 'test' },
    tags: { team: 'nlp' },
  };

  it('is the same in SageMaker shape and back', () => {
    expect(legacyOfTraining(trainingOfLegacy(request))).toEqual(request);
    const least = { ...request, inputS3Uri: null, hyperparameters: {}, environment: {}, tags: {} };
    expect(legacyOfTraining(trainingOfLegacy(least))).toEqual(least);
  });

  it.each([
    { VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] } },
    { EnableManagedSpotTraining: true },
    { AlgorithmSpecification: { TrainingImage: 'train:1', TrainingInputMode: 'Pipe' } },
    { InputDataConfig: [] },
  ])('is none where it could not say %j, so that its programs do not start the training without', (more) => {
    expect(legacyOfTraining({ ...trainingOfLegacy(request), ...more })).toBeNull();
  });

  it('keeps its own role and serving image, and nothing of the delivery file', () => {
    const file = layer({ model: { PrimaryContainer: { Environment: { A: 'file' } } } });
    const run = { shapes: null, request: { ...request, roleArn: `${role}-2` }, servingImage: 'serve:7' };
    expect(shapesOfRun(run, settings, [file])).toMatchObject({
      training: { HyperParameters: { epochs: '3' } },
      model: { PrimaryContainer: { Image: 'serve:7' }, ExecutionRoleArn: `${role}-2` },
    });
    expect(shapesOfRun(run, settings, [file]).model['PrimaryContainer']).toEqual({ Image: 'serve:7' });
  });
});

describe('shapesOfAdopted', () => {
  const file = layer({ model: { PrimaryContainer: { Environment: { A: 'file' } } }, endpointConfig: { KmsKeyId: 'key' } });
  const base = shapesOfRun({ shapes: null, request: null, servingImage: 'serve:7' }, settings, [file]);
  const VpcConfig = { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] };
  const described = {
    TrainingJobName: 'j',
    RoleArn: role,
    VpcConfig,
    EnableNetworkIsolation: true,
    TrainingJobStatus: 'Completed',
  };

  it('takes the training as SageMaker shows it, and the rest of the file and the tags', () => {
    const { training, model, endpointConfig } = shapesOfAdopted(base, described, true);
    expect(training).toEqual({ TrainingJobName: 'j', RoleArn: role, VpcConfig, EnableNetworkIsolation: true });
    expect(model).toEqual({ PrimaryContainer: { Image: 'serve:7', Environment: { A: 'file' } }, ExecutionRoleArn: role });
    expect(endpointConfig).toMatchObject({ KmsKeyId: 'key' });
  });

  it('gives the model the network of its training where the record is lost, unless the file says another one', () => {
    expect(shapesOfAdopted(base, described, false).model).toMatchObject({ VpcConfig, EnableNetworkIsolation: true });
    const own = { Subnets: ['subnet-9'], SecurityGroupIds: ['sg-9'] };
    const other = { ...base, model: { ...base.model, VpcConfig: own } };
    expect(shapesOfAdopted(other, described, false).model).toMatchObject({ VpcConfig: own });
    const without = { ...base, model: { ...base.model, VpcConfig: null } };
    expect(shapesOfAdopted(without, described, false).model).toMatchObject({ VpcConfig: null });
  });
});

describe('mergeRun with a request in parts', () => {
  const file = layer({
    training: { HyperParameters: { a: 'file' }, Environment: { A: 'file' }, Tags: [{ Key: 'a', Value: 'file' }] },
    model: { PrimaryContainer: { Image: 'file:1', Environment: { A: 'file' } } },
  });
  const fields = fieldsLayer({
    hyperparameters: { b: '1' },
    environment: { B: '1' },
    tags: { b: '1' },
    inputS3Uri: 's3://new',
    servingImage: 'serve:2',
  });

  it('lays the fields over what the shapes take away of the layers below', () => {
    const nulls = {
      training: { HyperParameters: null, Environment: null, Tags: null, InputDataConfig: null },
      model: { PrimaryContainer: null },
    };
    const { training, model } = mergeRun(settings, [file], [layer(nulls), fields]);
    expect(training).toMatchObject({ HyperParameters: { b: '1' }, Environment: { B: '1' }, Tags: [{ Key: 'b', Value: '1' }] });
    expect(training['HyperParameters']).not.toHaveProperty('a');
    expect(training['Environment']).not.toHaveProperty('A');
    expect(withoutNulls('CreateModel', model)['PrimaryContainer']).toEqual({ Image: 'serve:2' });
  });

  it('refuses a request that says one thing in two ways', () => {
    const shapes = layer({ training: { AlgorithmSpecification: { AlgorithmName: 'mine' } } });
    const issues = checkRun(mergeRun(settings, [], [shapes, fieldsLayer({ trainingImage: 'mine:1' })]));
    expect(issues.map(({ field }) => field)).toEqual(['create_training_job.AlgorithmSpecification.TrainingImage']);
  });
});

describe('mergeOver', () => {
  it('lays the fields over what the shapes take away of what the run has kept', () => {
    const kept = mergeRun(settings, [layer({ model: { PrimaryContainer: { Environment: { A: '1' } } } })]);
    const fields = layer({ model: { PrimaryContainer: { Image: 'serve:2' } } });
    const { model } = mergeOver(kept, [layer({ model: { PrimaryContainer: null } }), fields]);
    expect(withoutNulls('CreateModel', model)['PrimaryContainer']).toEqual({ Image: 'serve:2' });
  });

  it('lays a later request over what the run has kept, and leaves the training', () => {
    const kept = mergeRun(settings, [layer({ endpointConfig: { KmsKeyId: 'key' } })]);
    const later = layer({
      training: { RoleArn: 'x' },
      model: { PrimaryContainer: { Image: 'serve:2' } },
      endpointConfig: { KmsKeyId: null },
    });
    expect(mergeOver(kept, [later])).toEqual({
      training: kept.training,
      model: { PrimaryContainer: { Image: 'serve:2' }, ExecutionRoleArn: role },
      endpointConfig: { ...kept.endpointConfig, KmsKeyId: null },
    });
  });
});

describe('usualRegex', () => {
  it.each([
    ['loss', "{'loss': 0.4231, 'learning_rate': 5e-05, 'epoch': 1.0}", '0.4231'],
    ['learning_rate', "{'loss': 0.4231, 'learning_rate': 5e-05, 'epoch': 1.0}", '5e-05'],
    ['val_accuracy', '1/1 - loss: 0.31 - accuracy: 0.90 - val_loss: 0.35 - val_accuracy: 0.93', '0.93'],
    ['accuracy', '1/1 - loss: 0.31 - accuracy: 0.90 - val_loss: 0.35 - val_accuracy: 0.93', '0.90'],
    ['validation:auc', '[17]#011train:auc=0.91 validation:auc=0.88', '0.88'],
    ['train-rmse', '[1]\ttrain-rmse:0.478\teval-rmse:0.52', '0.478'],
    ['f1 (macro)', 'f1 (macro) = -1.5e+2', '-1.5e+2'],
    ['loss', 'loss=.5', '.5'],
  ])('finds %s in %j', (name, line, value) => {
    expect(new RegExp(usualRegex(name)).exec(line)?.[1]).toBe(value);
  });

  it('finds no metric whose name only ends so', () => {
    expect(new RegExp(usualRegex('loss')).exec('val_loss: 0.35')).toBeNull();
    expect(new RegExp(usualRegex('rmse')).exec('train-rmse:0.478')).toBeNull();
  });
});
