import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkMerged } from '../../../src/core/shapes/check-merged.ts';
import { instanceSettings } from '../../../src/core/shapes/fall-away.ts';
import { mergeLayers, withoutNulls } from '../../../src/core/shapes/merge-shapes.ts';
import { getShape, inputShape, type ShapedOperation, type ShapeObject } from '../../../src/core/shapes/shapes.ts';
import { validateShape } from '../../../src/core/shapes/validate-shape.ts';

const training = (...layers: ShapeObject[]): ShapeObject => request('CreateTrainingJob', layers);
const configuration = (...layers: ShapeObject[]): ShapeObject => request('CreateEndpointConfig', layers);
const request = (operation: ShapedOperation, layers: readonly ShapeObject[]): ShapeObject =>
  withoutNulls(operation, mergeLayers(operation, layers));

describe('mergeLayers', () => {
  it('merges objects member by member, the upper one first', () => {
    expect(
      training(
        { RoleArn: 'a', VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] }, Environment: { A: '1', B: '1' } },
        { VpcConfig: { Subnets: ['subnet-2'] }, Environment: { B: '2' } },
        { EnableManagedSpotTraining: false },
      ),
    ).toEqual({
      RoleArn: 'a',
      VpcConfig: { Subnets: ['subnet-2'], SecurityGroupIds: ['sg-1'] },
      Environment: { A: '1', B: '2' },
      EnableManagedSpotTraining: false,
    });
  });

  it('replaces arrays, those of channels included', () => {
    const channel = (AttributeNames: string[]) => ({
      InputDataConfig: [{ ChannelName: 'train', DataSource: { S3DataSource: { AttributeNames } } }],
    });
    expect(training(channel(['a', 'b']), channel(['c']))).toEqual(channel(['c']));
  });

  it('takes away what is null', () => {
    expect(
      training(
        { VpcConfig: { Subnets: ['subnet-1'] }, Environment: { A: '1', B: '1' }, Tags: [{ Key: 'a', Value: '1' }] },
        { VpcConfig: null, Environment: { A: null }, Tags: null },
      ),
    ).toEqual({ Environment: { B: '1' } });
    expect(
      training({ VpcConfig: { Subnets: ['subnet-1'] } }, { VpcConfig: null }, { VpcConfig: { Subnets: ['subnet-2'] } }),
    ).toEqual({
      VpcConfig: { Subnets: ['subnet-2'] },
    });
  });

  it('merges tags by key, and takes away the one whose value is null', () => {
    const tag = (Key: string, Value: string | null) => ({ Key, Value });
    expect(training({ Tags: [tag('a', '1'), tag('b', '1')] }, { Tags: [tag('b', '2'), tag('c', '2')] })['Tags']).toEqual([
      tag('a', '1'),
      tag('b', '2'),
      tag('c', '2'),
    ]);
    expect(training({ Tags: [tag('a', '1'), tag('b', '1')] }, { Tags: [tag('a', null)] })).toEqual({ Tags: [tag('b', '1')] });
    expect(training({ Tags: [tag('a', '1')] }, { Tags: [tag('a', null)] })).toEqual({});
    expect(training({ Tags: [tag('a', '1')] }, { Tags: [tag('a', null)] }, { Tags: [tag('a', '3')] })).toEqual({
      Tags: [tag('a', '3')],
    });
  });

  it('merges channels by name and member, and takes away the one whose source is null', () => {
    const at = (S3Uri: string) => ({ S3DataSource: { S3Uri, S3DataType: 'S3Prefix' } });
    const settings = { InputDataConfig: [{ ChannelName: 'training', ContentType: 'text/csv', DataSource: at('s3://a/') }] };
    expect(training(settings, { InputDataConfig: [{ ChannelName: 'training', InputMode: 'Pipe' }] })['InputDataConfig']).toEqual([
      { ChannelName: 'training', ContentType: 'text/csv', DataSource: at('s3://a/'), InputMode: 'Pipe' },
    ]);
    const source = { DataSource: { S3DataSource: { S3Uri: 's3://b/' } } };
    expect(training(settings, { InputDataConfig: [{ ChannelName: 'training', ...source }] })['InputDataConfig']).toEqual([
      { ChannelName: 'training', ContentType: 'text/csv', DataSource: at('s3://b/') },
    ]);
    const other = { ChannelName: 'train', DataSource: at('s3://c/') };
    expect(training(settings, { InputDataConfig: [{ ChannelName: 'training', DataSource: null }, other] })).toEqual({
      InputDataConfig: [other],
    });
  });

  it('merges the one production variant by member', () => {
    expect(
      configuration(
        { ProductionVariants: [{ VariantName: 'AllTraffic', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }] },
        { ProductionVariants: [{ InstanceType: 'ml.m5.xlarge', ManagedInstanceScaling: { MinInstanceCount: 1 } }] },
        { ProductionVariants: [{ ManagedInstanceScaling: { MaxInstanceCount: 3 } }] },
      ),
    ).toEqual({
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          InstanceType: 'ml.m5.xlarge',
          InitialInstanceCount: 1,
          ManagedInstanceScaling: { MinInstanceCount: 1, MaxInstanceCount: 3 },
        },
      ],
    });
  });

  it('replaces several variants, and keeps entries without a key apart', () => {
    const one = { ProductionVariants: [{ VariantName: 'a' }] };
    const two = { ProductionVariants: [{ InstanceType: 'b' }, { InstanceType: 'c' }] };
    expect(configuration(two, one)).toEqual(one);
    expect(configuration(one, two)).toEqual(two);
    const keyless = { Tags: [{ Value: '1' }, { Value: '2' }] };
    expect(training(keyless)).toEqual(keyless);
    expect(training(keyless, { Tags: [{ Value: '3' }] })['Tags']).toHaveLength(3);
  });

  it('lets the instance settings below a ServerlessConfig fall away, and those above stay', () => {
    const instances = Object.fromEntries(instanceSettings.map((member) => [member, 1]));
    const ServerlessConfig = { MemorySizeInMB: 2048, MaxConcurrency: 5 };
    const below = { VariantName: 'AllTraffic', ModelDataDownloadTimeoutInSeconds: 600, ...instances };
    expect(configuration({ ProductionVariants: [below] }, { ProductionVariants: [{ ServerlessConfig }] })).toEqual({
      ProductionVariants: [{ VariantName: 'AllTraffic', ModelDataDownloadTimeoutInSeconds: 600, ServerlessConfig }],
    });
    expect(
      configuration(
        { ProductionVariants: [{ ServerlessConfig }] },
        { ProductionVariants: [{ ServerlessConfig: null, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }] },
      ),
    ).toEqual({ ProductionVariants: [{ InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }] });
    expect(
      configuration(
        { ProductionVariants: [below] },
        { ProductionVariants: [{ ServerlessConfig }] },
        { ProductionVariants: [{ ServerlessConfig: null }] },
      ),
    ).toEqual({ ProductionVariants: [below] });
    const both = configuration(
      { ProductionVariants: [{ ServerlessConfig }] },
      { ProductionVariants: [{ InstanceType: 'ml.m5.large' }] },
    );
    expect(checkMerged('CreateEndpointConfig', both, 'create_endpoint_config')).toEqual([
      {
        field: 'create_endpoint_config.ProductionVariants[0].ServerlessConfig',
        detail: 'excludes InstanceType; take one of them away with null',
      },
    ]);
  });

  it('knows as instance settings only members of a production variant', () => {
    const variants = getShape('ProductionVariant');
    const members = variants.type === 'structure' ? Object.keys(variants.members) : [];
    expect(instanceSettings.filter((member) => !members.includes(member))).toEqual([]);
    expect(members.filter((member) => /Instance|SSM|Volume|Ami|Accelerator|Capacity|Routing/.test(member)).toSorted()).toEqual(
      instanceSettings.toSorted(),
    );
  });

  it('keeps what was taken away, so that it takes away from a layer below as well', () => {
    const wish = mergeLayers('CreateEndpointConfig', [{ KmsKeyId: 'a' }, { DataCaptureConfig: null }]);
    expect(
      withoutNulls('CreateEndpointConfig', mergeLayers('CreateEndpointConfig', [{ DataCaptureConfig: {}, KmsKeyId: 'b' }, wish])),
    ).toEqual({
      KmsKeyId: 'a',
    });
  });

  it('takes away from a layer below also where an upper layer says a part of it again', () => {
    const capture = (members: ShapeObject) => ({ DataCaptureConfig: members });
    const live = capture({ KmsKeyId: 'live', CaptureContentTypeHeader: { JsonContentTypes: ['a/json'] } });
    const part = capture({ DestinationS3Uri: 's3://b', CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] } });
    const wish = mergeLayers('CreateEndpointConfig', [{ DataCaptureConfig: null }, part]);
    expect(configuration(live, wish)).toEqual(part);
  });

  it('takes __proto__ and constructor for names like others, and touches no prototype', () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}') as ShapeObject;
    const merged = training({ Environment: { A: '1' } }, hostile, { Environment: hostile }, { HyperParameters: hostile });
    expect(Object.hasOwn(merged, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
    expect(merged['polluted']).toBeUndefined();
    expect(training({}, { Environment: { toString: 'x' } })).toEqual({ Environment: { toString: 'x' } });
  });

  it('goes only as deep as the model', () => {
    const deep = JSON.parse(`${'{"VpcConfig":'.repeat(5000)}1${'}'.repeat(5000)}`) as ShapeObject;
    expect(() => training(deep, deep)).not.toThrow();
  });
});

const text = fc.constantFrom('', 'a', 'b');
const names = fc.constantFrom('A', 'B', 'C', 'constructor');
const uniqueBy = (key: string, members: Record<string, fc.Arbitrary<unknown>>) =>
  fc.uniqueArray(fc.record({ [key]: names, ...members }, { requiredKeys: [key] }), {
    selector: (entry) => entry[key],
    maxLength: 3,
  });

/** Layers that validateShape accepts by their form; `or` adds the null. */
function layersOf(or: (value: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>): fc.Arbitrary<ShapeObject> {
  const members = (record: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record(Object.fromEntries(Object.entries(record).map(([name, value]) => [name, or(value)])), { requiredKeys: [] });
  return members({
    RoleArn: text,
    EnableManagedSpotTraining: fc.boolean(),
    VpcConfig: members({ Subnets: fc.array(text, { maxLength: 2 }), SecurityGroupIds: fc.array(text, { maxLength: 2 }) }),
    Environment: fc.dictionary(names, or(text), { noNullPrototype: true }),
    Tags: uniqueBy('Key', { Value: or(text) }),
    InputDataConfig: uniqueBy('ChannelName', {
      ContentType: or(text),
      DataSource: or(members({ S3DataSource: members({ S3Uri: text }) })),
    }),
    ProductionVariants: fc.tuple(
      members({
        VariantName: text,
        InstanceType: text,
        VolumeSizeInGB: fc.nat(3),
        ServerlessConfig: members({ MaxConcurrency: fc.nat(3) }),
      }),
    ),
  });
}

const vpcConfig = fc.option(
  fc.record({ Subnets: fc.option(fc.tuple(text)), SecurityGroupIds: fc.option(fc.tuple(text)) }, { requiredKeys: [] }),
);
const withNulls = layersOf((value) => fc.oneof({ weight: 3, arbitrary: value }, fc.constant(null)));
const plain = layersOf((value) => value);
const operations = fc.constantFrom<ShapedOperation>('CreateTrainingJob', 'CreateEndpointConfig');

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

describe('mergeLayers, for any layers', () => {
  it('changes nothing with an empty layer, or with the same layer twice', () => {
    fc.assert(
      fc.property(operations, withNulls, (operation, layer) => {
        expect(mergeLayers(operation, [{}, layer])).toEqual(layer);
        expect(mergeLayers(operation, [layer, {}])).toEqual(layer);
        expect(mergeLayers(operation, [layer, layer])).toEqual(layer);
      }),
    );
  });

  it('gives the same however layers without null are grouped', () => {
    fc.assert(
      fc.property(operations, plain, plain, plain, (operation, a, b, c) => {
        const merged = mergeLayers(operation, [a, b, c]);
        expect(mergeLayers(operation, [mergeLayers(operation, [a, b]), c])).toEqual(merged);
        expect(mergeLayers(operation, [a, mergeLayers(operation, [b, c])])).toEqual(merged);
      }),
    );
  });

  it('gives the same however layers with null are grouped, but for what has no known members', () => {
    const members = fc.record({ VpcConfig: vpcConfig, RoleArn: fc.option(text) }, { requiredKeys: [] });
    fc.assert(
      fc.property(members, members, members, (a, b, c) => {
        expect(training(a, mergeLayers('CreateTrainingJob', [b, c]))).toEqual(training(a, b, c));
      }),
    );
  });

  it('gives each name of a map, tag and channel the value of the highest layer that has it', () => {
    fc.assert(
      fc.property(fc.array(withNulls, { maxLength: 4 }), (layers) => {
        const result = training(...layers);
        const from = layers.findLastIndex((layer) => layer['Environment'] === null) + 1;
        const expected: Record<string, unknown> = {};
        for (const layer of layers.slice(from)) Object.assign(expected, layer['Environment'] ?? {});
        const left = Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== null));
        expect(result['Environment'] ?? {}).toEqual(left);
      }),
    );
  });

  it('leaves no null, and its layers as they were', () => {
    fc.assert(
      fc.property(operations, fc.array(withNulls, { maxLength: 4 }), (operation, layers) => {
        const known = layers.map((layer) => onlyKnown(operation, layer));
        const result = request(operation, frozen(known));
        expect(JSON.stringify(result)).not.toContain('null');
        expect(withoutNulls(operation, frozen(result))).toEqual(result);
        expect(new Set(keysOf(result, 'Tags', 'Key')).size).toBe(keysOf(result, 'Tags', 'Key').length);
      }),
    );
  });
});

/** What SageMaker's model does not know is not looked into, and validateShape refuses it. */
function onlyKnown(operation: ShapedOperation, layer: ShapeObject): ShapeObject {
  const shape = inputShape(operation);
  return Object.fromEntries(Object.entries(layer).filter(([member]) => shape.type === 'structure' && member in shape.members));
}

const keysOf = (result: ShapeObject, list: string, key: string): unknown[] =>
  ((result[list] ?? []) as ShapeObject[]).map((entry) => entry[key]);

describe('checkMerged', () => {
  it('requires what SageMaker requires, and nothing that the service supplies', () => {
    const found = (operation: ShapedOperation, merged: ShapeObject, path: string): string[] =>
      checkMerged(operation, merged, path).map(({ field, detail }) => `${field} ${detail}`);
    expect(
      found('CreateTrainingJob', { VpcConfig: {}, Tags: [{ Key: 'a' }], InputDataConfig: [{ ChannelName: 'a' }] }, 't'),
    ).toEqual([
      't.RoleArn is required',
      't.OutputDataConfig is required',
      't.VpcConfig.SecurityGroupIds is required',
      't.VpcConfig.Subnets is required',
      't.Tags[0].Value is required',
      't.InputDataConfig[0].DataSource is required',
      't.AlgorithmSpecification is required',
      't.ResourceConfig is required',
      't.StoppingCondition is required',
    ]);
    expect(
      found('CreateTrainingJob', { RoleArn: 'a', OutputDataConfig: { S3OutputPath: 'b' }, ServerlessJobConfig: {} }, 't'),
    ).toEqual(['t.ServerlessJobConfig.BaseModelArn is required', 't.ServerlessJobConfig.JobType is required']);
    expect(found('CreateModel', { PrimaryContainer: { Image: 'i', ModelDataSource: { S3DataSource: {} } } }, 'm')).toEqual([
      'm.PrimaryContainer.ModelDataSource.S3DataSource.S3DataType is required',
      'm.PrimaryContainer.ModelDataSource.S3DataSource.CompressionType is required',
    ]);
    expect(found('CreateEndpointConfig', {}, 'c')).toEqual(['c.ProductionVariants is required']);
    expect(found('CreateEndpointConfig', { ProductionVariants: [{}] }, 'c')).toEqual([
      'c.ProductionVariants[0].InitialInstanceCount is required',
      'c.ProductionVariants[0].InstanceType is required',
    ]);
    for (const variant of [{ InstanceType: 'a' }, { ServerlessConfig: {} }, { InstancePools: [] }]) {
      const others = found('CreateEndpointConfig', { ProductionVariants: [variant] }, 'c');
      expect(others.filter((issue) => issue.includes('InstanceType'))).toEqual([]);
    }
  });

  it('refuses members that exclude each other', () => {
    const both = { PrimaryContainer: { Image: 'i', ModelDataUrl: 'a', ModelDataSource: {} }, Containers: [] };
    expect(checkMerged('CreateModel', both, 'm').map(({ field }) => field)).toEqual([
      'm.PrimaryContainer',
      'm.PrimaryContainer.ModelDataUrl',
    ]);
    const algorithm = { AlgorithmSpecification: { TrainingImage: 'a', AlgorithmName: 'b', TrainingInputMode: 'File' } };
    expect(checkMerged('CreateTrainingJob', algorithm, 't')).toContainEqual({
      field: 't.AlgorithmSpecification.TrainingImage',
      detail: 'excludes AlgorithmName; take one of them away with null',
    });
  });

  it('refuses what two members cannot be together, of which SageMaker would say so after the training', () => {
    const serverless = (ServerlessConfig: ShapeObject) =>
      checkMerged('CreateEndpointConfig', { ProductionVariants: [{ ServerlessConfig }] }, 'c').map(
        ({ field, detail }) => `${field} ${detail}`,
      );
    expect(serverless({ MemorySizeInMB: 1500, MaxConcurrency: 2, ProvisionedConcurrency: 3 })).toEqual([
      'c.ProductionVariants[0].ServerlessConfig.MemorySizeInMB must be a multiple of 1024',
      'c.ProductionVariants[0].ServerlessConfig.ProvisionedConcurrency must be at most MaxConcurrency',
    ]);
    expect(serverless({ MemorySizeInMB: 6144, MaxConcurrency: 3, ProvisionedConcurrency: 3 })).toEqual([]);
    const spot = (StoppingCondition: ShapeObject) =>
      checkMerged('CreateTrainingJob', { StoppingCondition }, 't').map(({ field }) => field);
    expect(spot({ MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 59 })).toContain('t.StoppingCondition.MaxWaitTimeInSeconds');
    expect(spot({ MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 60 })).not.toContain('t.StoppingCondition.MaxWaitTimeInSeconds');
    expect(spot({ MaxWaitTimeInSeconds: 60 })).not.toContain('t.StoppingCondition.MaxWaitTimeInSeconds');
  });

  it('leaves the bounds of what was merged to validateShape, and the room for the tags of the service', () => {
    const half = (prefix: string) => ({
      Environment: Object.fromEntries(Array.from({ length: 60 }, (_, key) => [`${prefix}${key}`, ''])),
    });
    const merged = training(half('A'), half('B'));
    expect(validateShape('CreateTrainingJob', merged, 't')).toEqual([
      { field: 't.Environment', detail: 'must have at most 100 entries' },
    ]);
    const tags = {
      PrimaryContainer: { Image: 'i' },
      Tags: Array.from({ length: 41 }, (_, index) => ({ Key: `k${index}`, Value: '' })),
    };
    expect(checkMerged('CreateModel', tags, 'm')).toEqual([{ field: 'm.Tags', detail: 'must have at most 40 entries' }]);
  });
});
