import type { Channel, ContainerDefinition, CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { describe, expect, test } from 'vitest';
import { image, invalid, refusal, role, startSimulator, training } from './harness.ts';

const vpc = { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] };
const spot = { EnableManagedSpotTraining: true };
const waitText = 'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds';

const s3 = (
  source: Partial<NonNullable<NonNullable<Channel['DataSource']>['S3DataSource']>>,
  more: Partial<Channel> = {},
): Channel => ({
  ChannelName: 'train',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/in', ...source } },
  ...more,
});
const files: Channel = {
  ChannelName: 'train',
  DataSource: {
    FileSystemDataSource: {
      FileSystemId: 'fs-0123456789abcdef0',
      FileSystemAccessMode: 'ro',
      FileSystemType: 'FSxLustre',
      DirectoryPath: '/fsx',
    },
  },
};
const manifest = { S3DataType: 'AugmentedManifestFile' as const };

const trainings: [string, Partial<CreateTrainingJobCommandInput>, string][] = [
  ['spot without a longest wait', spot, waitText],
  [
    'spot that waits less than it runs',
    { ...spot, StoppingCondition: { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 59 } },
    waitText,
  ],
  [
    'spot with a warm pool',
    {
      ...spot,
      StoppingCondition: { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 60 },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1, KeepAlivePeriodInSeconds: 60 },
    },
    'KeepAlivePeriodInSeconds is not supported when EnableManagedSpotTraining is set to true',
  ],
  [
    'an augmented manifest without attribute names',
    { InputDataConfig: [s3(manifest, { InputMode: 'Pipe' })] },
    'AttributeNames must be specified for the channel "train", whose S3DataType is AugmentedManifestFile.',
  ],
  [
    'an augmented manifest that is no pipe',
    { InputDataConfig: [s3({ ...manifest, AttributeNames: ['label'] })] },
    'AugmentedManifestFile is only supported in Pipe mode, and the channel "train" is in File.',
  ],
  [
    'compressed data that is no pipe',
    { InputDataConfig: [s3({}, { CompressionType: 'Gzip', InputMode: 'FastFile' })] },
    'CompressionType Gzip is only supported in Pipe mode, and the channel "train" is in FastFile.',
  ],
  [
    'a file system without a VPC',
    { InputDataConfig: [files] },
    'VpcConfig must be specified when the channel "train" has a FileSystemDataSource.',
  ],
  ['two channels of one name', { InputDataConfig: [s3({}), s3({})] }, 'Channel names must be unique: "train" comes twice.'],
  [
    'a channel of two sources',
    { InputDataConfig: [{ ...files, DataSource: { ...files.DataSource, ...s3({}).DataSource } }], VpcConfig: vpc },
    'Exactly one data source must be specified for the channel "train".',
  ],
];

describe('CreateTrainingJob', () => {
  test.each(trainings)('refuses %s', async (_case, more, message) => {
    const { sagemaker, simulator } = await startSimulator();
    expect(await refusal(sagemaker.createTrainingJob(training('job', more)))).toEqual(invalid(message));
    expect(simulator.effects()).toEqual([]);
  });

  test('takes a file system in a VPC, and an augmented manifest that is a pipe', async () => {
    const { sagemaker, simulator } = await startSimulator();
    const pipe = s3({ ...manifest, AttributeNames: ['label'] }, { ChannelName: 'labels', InputMode: 'Pipe' });
    await sagemaker.createTrainingJob(training('job', { InputDataConfig: [files, pipe], VpcConfig: vpc }));
    expect(simulator.effects({ kind: 'training_job_created' })).toHaveLength(1);
  });
});

const source = (S3Uri: string, more: object = {}): ContainerDefinition => ({
  Image: image,
  ModelDataSource: { S3DataSource: { S3Uri, S3DataType: 'S3Prefix', CompressionType: 'None', ...more } },
});

const containers: [string, ContainerDefinition, string][] = [
  [
    'both ways of naming the data',
    { ...source('s3://m/model/'), ModelDataUrl: 's3://m/model.tar.gz' },
    'Only one of ModelDataUrl and ModelDataSource can be specified.',
  ],
  [
    'a prefix without a slash at its end',
    source('s3://m/model'),
    'S3Uri "s3://m/model" must end with a forward slash when S3DataType is S3Prefix.',
  ],
  [
    'a prefix that is compressed',
    source('s3://m/model/', { CompressionType: 'Gzip' }),
    'CompressionType Gzip is only supported when S3DataType is S3Object.',
  ],
  [
    'several models from a data source',
    { ...source('s3://m/model/'), Mode: 'MultiModel' },
    'ModelDataSource is not supported for a container in MultiModel mode.',
  ],
  [
    'an environment of more than 32 KB',
    { Image: image, Environment: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`K${index}`, 'x'.repeat(1024)])) },
    'The combined length of all environment variables must be 32 KB at most.',
  ],
];

test.each(containers)('CreateModel refuses %s', async (_case, PrimaryContainer, message) => {
  const { sagemaker, simulator } = await startSimulator();
  const call = sagemaker.createModel({ ModelName: 'm', ExecutionRoleArn: role, PrimaryContainer });
  expect(await refusal(call)).toEqual(invalid(message));
  expect(simulator.effects()).toEqual([]);
});
