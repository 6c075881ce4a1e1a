import { describe, expect, it } from 'vitest';
import { mergeLayers, withoutNulls } from '../../../src/core/shapes/merge-shapes.ts';
import type { ShapedOperation, ShapeObject } from '../../../src/core/shapes/shapes.ts';

const merge = (operation: ShapedOperation, ...layers: ShapeObject[]) => withoutNulls(operation, mergeLayers(operation, layers));

describe('mergeLayers of two ways to say something', () => {
  it.each<[string, ShapedOperation, ShapeObject, ShapeObject, ShapeObject]>([
    [
      'an algorithm of the Marketplace',
      'CreateTrainingJob',
      { AlgorithmSpecification: { TrainingImage: 'i', TrainingInputMode: 'File' } },
      { AlgorithmSpecification: { AlgorithmName: 'a' } },
      { AlgorithmSpecification: { AlgorithmName: 'a', TrainingInputMode: 'File' } },
    ],
    [
      'instance groups',
      'CreateTrainingJob',
      { ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 } },
      { ResourceConfig: { InstanceGroups: [{ InstanceGroupName: 'a', InstanceType: 'ml.m5.large', InstanceCount: 2 }] } },
      {
        ResourceConfig: {
          InstanceGroups: [{ InstanceGroupName: 'a', InstanceType: 'ml.m5.large', InstanceCount: 2 }],
          VolumeSizeInGB: 30,
        },
      },
    ],
    [
      'a pipeline of containers',
      'CreateModel',
      { PrimaryContainer: { Image: 'i' }, ExecutionRoleArn: 'r' },
      { Containers: [{ Image: 'a' }, { Image: 'b' }] },
      { Containers: [{ Image: 'a' }, { Image: 'b' }], ExecutionRoleArn: 'r' },
    ],
    [
      'a model package',
      'CreateModel',
      { PrimaryContainer: { Image: 'i', Environment: { A: 'b' } } },
      { PrimaryContainer: { ModelPackageName: 'p' } },
      { PrimaryContainer: { ModelPackageName: 'p', Environment: { A: 'b' } } },
    ],
    [
      'a file system',
      'CreateTrainingJob',
      {
        InputDataConfig: [{ ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: 's3://a/b' } }, ContentType: 'text/csv' }],
      },
      { InputDataConfig: [{ ChannelName: 'train', DataSource: { FileSystemDataSource: { FileSystemId: 'fs-1' } } }] },
      {
        InputDataConfig: [
          { ChannelName: 'train', DataSource: { FileSystemDataSource: { FileSystemId: 'fs-1' } }, ContentType: 'text/csv' },
        ],
      },
    ],
  ])('takes %s in place of what the layer below says', (_name, operation, lower, upper, merged) => {
    expect(merge(operation, lower, upper)).toEqual(merged);
    expect(merge(operation, lower, upper, {})).toEqual(merged);
  });

  it('goes back to the way below where a layer further up takes the other one away', () => {
    const settings = { PrimaryContainer: { Image: 'i' } };
    expect(merge('CreateModel', settings, { Containers: [{ Image: 'a' }] }, { Containers: null })).toEqual(settings);
  });

  it('keeps both where one layer says both, for checkMerged to refuse', () => {
    const both = { PrimaryContainer: { Image: 'i' }, Containers: [{ Image: 'a' }] };
    expect(merge('CreateModel', {}, both)).toEqual(both);
  });
});
