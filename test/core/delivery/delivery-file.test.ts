import { describe, expect, it } from 'vitest';
import { checkDeliveryFile } from '../../../src/core/delivery/check-delivery-file.ts';
import { deliveryInForce } from '../../../src/core/delivery/delivery-in-force.ts';
import { type DeliveryFile, emptyDelivery, layersFor } from '../../../src/core/delivery/delivery-file.ts';
import { noLayers } from '../../../src/core/shapes/shape-layers.ts';
import { contextOf } from './context.ts';

const check = (value: unknown): DeliveryFile => {
  const checked = checkDeliveryFile(value, contextOf());
  if ('issues' in checked) throw new Error(faults(value).join('\n'));
  return checked.delivery;
};

const faults = (value: unknown): string[] => {
  const checked = checkDeliveryFile(value, contextOf());
  return 'issues' in checked ? checked.issues.map(({ field, detail }) => `${field} ${detail}`.trim()) : [];
};

const vpc = { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] };

describe('checkDeliveryFile', () => {
  it('returns the layers of the defaults and of each endpoint, empty where the file has none', () => {
    const file = {
      $schema: 'delivery.schema.json',
      defaults: { training: { VpcConfig: vpc } },
      endpoints: { 'My-Endpoint': { endpoint_config: { KmsKeyId: null } }, constructor: {} },
    };
    expect(check(file)).toEqual({
      defaults: { ...noLayers, training: { VpcConfig: vpc } },
      endpoints: { 'My-Endpoint': { ...noLayers, endpointConfig: { KmsKeyId: null } }, constructor: noLayers },
    });
    expect(check({})).toEqual(emptyDelivery);
  });

  it.each<[string, unknown, string]>([
    ['a list', [], 'must be an object that has defaults, endpoints or both: {} for neither'],
    ['a text', 'defaults', 'must be an object that has defaults, endpoints or both: {} for neither'],
    ['a member in the plural', { default: {} }, 'default is not a known member; did you mean defaults?'],
    ['a layer at the top', { training: {} }, 'training is not a known member; did you mean defaults.training?'],
    ['an endpoint at the top', { 'my-endpoint': {} }, 'my-endpoint is not a known member'],
    ['a member with a value for its name', { 'secret value': {} }, 'has an unknown member, number 1 of it'],
    ['an empty part', { defaults: null }, 'defaults must be an object: leave it out, or write {}, where it has nothing'],
    [
      'an empty layer',
      { defaults: { model: null } },
      'defaults.model must be an object: leave it out, or write {}, where it has nothing',
    ],
    ['a schema that is no address', { $schema: 7 }, '$schema must be a string'],
    ['endpoints as a list', { endpoints: [] }, 'endpoints must be an object: leave it out, or write {}, where it has nothing'],
    [
      'an endpoint without a body',
      { endpoints: { a: 7 } },
      'endpoints.a must be an object: leave it out, or write {}, where it has nothing',
    ],
    [
      'a layer in camel case',
      { endpoints: { a: { endpointConfig: {} } } },
      'endpoints.a.endpointConfig is not a known member; did you mean endpoints.a.endpoint_config?',
    ],
    [
      'the name that a request has',
      { defaults: { create_training_job: {} } },
      'defaults.create_training_job is not a known member; did you mean defaults.training?',
    ],
    [
      "a member of SageMaker's in the wrong place",
      { defaults: { DataCaptureConfig: {} } },
      'defaults.DataCaptureConfig is not a known member; did you mean defaults.endpoint_config.DataCaptureConfig?',
    ],
    [
      'an endpoint with a name that SageMaker refuses',
      { endpoints: { my_endpoint: {} } },
      'endpoints.my_endpoint is not the name of an endpoint, which must be at most 63 letters, digits and inner hyphens',
    ],
    [
      'an endpoint with a value for its name',
      { endpoints: { a: {}, 'secret value': { training: 'secret' } } },
      'endpoints has a name, number 2 of it, that must be at most 63 letters, digits and inner hyphens',
    ],
    [
      'an endpoint twice',
      { endpoints: { 'my-endpoint': {}, 'My-Endpoint': {} } },
      'endpoints.My-Endpoint is the same endpoint as endpoints.my-endpoint: SageMaker ignores the case of its name',
    ],
    [
      'one name for all trainings',
      { defaults: { training: { TrainingJobName: 'mine' } } },
      'defaults.training.TrainingJobName would give all trainings one name; leave it out',
    ],
    [
      'a value that SageMaker refuses, by its path',
      { defaults: { training: { VpcConfig: { Subnets: ['subnet one'] } } } },
      'defaults.training.VpcConfig.Subnets[0] must be letters, digits and hyphens, such as subnet-0abc or sg-0abc',
    ],
    [
      'a member that SageMaker does not have, with what was meant',
      { endpoints: { a: { endpoint_config: { DataCapturConfig: {} } } } },
      'endpoints.a.endpoint_config.DataCapturConfig is not a known member; did you mean DataCaptureConfig?',
    ],
    [
      'a name that follows from the content',
      { defaults: { model: { ModelName: 'mine' } } },
      'defaults.model.ModelName follows from the training job and the content of the model; leave it out',
    ],
  ])('refuses %s', (_, value, fault) => {
    expect(faults(value)).toEqual([fault]);
  });

  it('lists the faults of all parts', () => {
    const wrong = { training: { RoleArn: 'secret' }, model: 'secret', more: 1 };
    const found = faults({ defaults: wrong, endpoints: { a: wrong }, more: 1 });
    expect(found).toHaveLength(7);
    expect(found.join('\n')).not.toContain('secret');
  });

  it('refuses members that exclude each other in one layer, once for all endpoints', () => {
    const training = { AlgorithmSpecification: { TrainingImage: 'image', AlgorithmName: 'algorithm' } };
    const file = { defaults: { training }, endpoints: { a: { training: { RetryStrategy: { MaximumRetryAttempts: 1 } } } } };
    expect(faults(file)).toEqual([
      'defaults.training.AlgorithmSpecification.TrainingImage excludes AlgorithmName; take one of them away with null',
    ]);
  });

  it('refuses members of an endpoint that those of the defaults exclude, unless null takes them away', () => {
    const defaults = {
      training: { StoppingCondition: { MaxRuntimeInSeconds: 3600 } },
      model: { PrimaryContainer: { ModelDataUrl: 's3://bucket/model' } },
      endpoint_config: { ProductionVariants: [{ ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } }] },
    };
    const container = { ModelDataSource: { S3DataSource: { S3DataType: 'S3Prefix', CompressionType: 'None' } } };
    const own = {
      training: { StoppingCondition: { MaxWaitTimeInSeconds: 60 } },
      model: { PrimaryContainer: container },
      endpoint_config: { ProductionVariants: [{ InstanceType: 'ml.m5.large' }] },
    };
    expect(faults({ defaults, endpoints: { a: own } })).toEqual([
      'endpoints.a.training.StoppingCondition.MaxWaitTimeInSeconds must be at least MaxRuntimeInSeconds (laid over the defaults)',
      'endpoints.a.endpoint_config.ProductionVariants[0].ServerlessConfig excludes InstanceType; take one of them away with null (laid over the defaults)',
    ]);
    const taken = {
      training: { StoppingCondition: { MaxRuntimeInSeconds: null, MaxWaitTimeInSeconds: 60 } },
      model: { PrimaryContainer: { ...container, ModelDataUrl: null } },
      endpoint_config: { ProductionVariants: [{ InstanceType: 'ml.m5.large', ServerlessConfig: null }] },
    };
    expect(faults({ defaults, endpoints: { a: taken } })).toEqual([]);
  });

  it('refuses maps and tags that are too large together', () => {
    const entries = (prefix: string) => Array.from({ length: 30 }, (_, index) => `${prefix}${index}`);
    const layer = (prefix: string) => ({
      model: { Tags: entries(prefix).map((Key) => ({ Key, Value: 'x' })) },
      training: {
        Environment: Object.fromEntries([0, 1].flatMap((part) => entries(`${prefix}${part}_`).map((key) => [key, 'x']))),
      },
    });
    expect(faults({ defaults: layer('a'), endpoints: { a: layer('b') } })).toEqual([
      'endpoints.a.training.Environment must have at most 100 entries (laid over the defaults)',
      'endpoints.a.model.Tags must have at most 40 entries (laid over the defaults)',
    ]);
  });

  it('requires nothing: a request may bring what is missing', () => {
    expect(faults({ defaults: { training: { AlgorithmSpecification: {}, VpcConfig: { Subnets: ['subnet-1'] } } } })).toEqual([]);
  });
});

describe('layersFor', () => {
  const delivery = check({
    defaults: { training: { VpcConfig: vpc } },
    endpoints: { 'My-Endpoint': { model: { EnableNetworkIsolation: true } } },
  });

  it('returns the defaults and then the layers of the endpoint, however its name is written', () => {
    for (const name of ['My-Endpoint', 'my-endpoint', 'MY-ENDPOINT'])
      expect(layersFor(delivery, name)).toEqual([delivery.defaults, delivery.endpoints['My-Endpoint']]);
  });

  it('returns the defaults alone for an endpoint that the file does not have', () => {
    for (const name of ['my-endpoint-2', 'constructor']) expect(layersFor(delivery, name)).toEqual([delivery.defaults]);
    expect(layersFor(emptyDelivery, 'my-endpoint')).toEqual([noLayers]);
  });
});

describe('deliveryInForce', () => {
  it('merges the layers of each endpoint, keeps nulls, and shows no value of an environment', () => {
    const delivery = check({
      defaults: {
        training: { Environment: { TOKEN: 'secret' }, VpcConfig: vpc },
        model: { Tags: [{ Key: 'team', Value: 'a' }] },
      },
      endpoints: {
        a: { training: { Environment: { OTHER: 'secret' }, VpcConfig: null }, model: { Tags: [{ Key: 'b', Value: 'c' }] } },
      },
    });
    const shown = deliveryInForce(delivery);
    expect(shown).toEqual({
      defaults: {
        training: { Environment: { TOKEN: '***' }, VpcConfig: vpc },
        model: { Tags: [{ Key: 'team', Value: 'a' }] },
        endpoint_config: {},
        delivery: {},
      },
      endpoints: {
        a: {
          training: { Environment: { TOKEN: '***', OTHER: '***' }, VpcConfig: null },
          model: {
            Tags: [
              { Key: 'team', Value: 'a' },
              { Key: 'b', Value: 'c' },
            ],
          },
          endpoint_config: {},
          delivery: {},
        },
      },
    });
  });
});
