import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../src/core/sagemaker/tags.ts';
import { noLayers } from '../../src/core/shapes/shape-layers.ts';
import type { ShapeObject } from '../../src/core/shapes/shapes.ts';
import { matchJob } from '../../src/core/training/match-job.ts';
import type { TrainingJob, TrainingRequest } from '../../src/core/training/training-run.ts';
import { trainChannel } from '../../src/core/training/settings-layer.ts';
import { aJob, aRun, at, minute } from './samples.ts';

const request: TrainingRequest = {
  trainingImage: 'train:1',
  roleArn: 'arn:role',
  instanceType: 'ml.m5.xlarge',
  instanceCount: 1,
  volumeGb: 30,
  maxRuntimeSeconds: 3600,
  inputS3Uri: 's3://data/train',
  outputS3Uri: 's3://models',
  hyperparameters: { epochs: '3' },
  environment: { STAGE: 'test' },
  tags: {},
};
const AlgorithmSpecification = { TrainingImage: 'train:1', TrainingInputMode: 'File' };
const ResourceConfig = { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 };
const shape: ShapeObject = {
  RoleArn: 'arn:role',
  AlgorithmSpecification,
  ResourceConfig,
  StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  InputDataConfig: [trainChannel('s3://data/train')],
  OutputDataConfig: { S3OutputPath: 's3://models', CompressionType: 'GZIP' },
  HyperParameters: { epochs: '3' },
  Environment: { STAGE: 'test' },
};
const { OutputDataConfig: _output, ...requested } = shape;
const run = aRun({ status: 'requested', request, startAttemptedAt: at, startAttempts: 1 });
const ofShapes = aRun({
  status: 'requested',
  shapes: {
    ...noLayers,
    training: { ...requested, OutputDataConfig: { S3OutputPath: 's3://models' }, Tags: [{ Key: 'a', Value: 'b' }] },
  },
  startAttemptedAt: at,
  startAttempts: 1,
});
const job = (fields: ShapeObject = {}): TrainingJob => aJob({ shape: { ...shape, ...fields } });

describe.each([
  ['of the version before', run],
  ["in SageMaker's shape", ofShapes],
])('matchJob of a request %s', (_name, own) => {
  const match = (fields: ShapeObject, tags: Record<string, string> | null, now = at) =>
    matchJob(own, job(fields), tags, now).kind;

  it('goes by the run-id tag alone where tags can be read', () => {
    expect(match({ ResourceConfig: { ...ResourceConfig, InstanceCount: 9 } }, { [tagKeys.runId]: own.runId })).toBe('own');
    expect(match({}, { [tagKeys.runId]: 'another' })).toBe('foreign');
    expect(match({}, { team: 'search' })).toBe('foreign');
  });

  it.each<[string, ShapeObject]>([
    ['image', { AlgorithmSpecification: { ...AlgorithmSpecification, TrainingImage: 'train:2' } }],
    ['role', { RoleArn: 'arn:other' }],
    ['instance type', { ResourceConfig: { ...ResourceConfig, InstanceType: 'ml.m5.large' } }],
    ['instance count', { ResourceConfig: { ...ResourceConfig, InstanceCount: 2 } }],
    ['volume', { ResourceConfig: { ...ResourceConfig, VolumeSizeInGB: 31 } }],
    ['time limit', { StoppingCondition: { MaxRuntimeInSeconds: 3601 } }],
    ['output', { OutputDataConfig: { S3OutputPath: 's3://other' } }],
    ['input', { InputDataConfig: [trainChannel('s3://other')] }],
    ['second input', { InputDataConfig: [trainChannel('s3://data/train'), trainChannel('s3://other')] }],
    ['hyperparameter', { HyperParameters: { epochs: '4' } }],
    ['hyperparameter more', { HyperParameters: { epochs: '3', rate: '1' } }],
    ['hyperparameter less', { HyperParameters: {} }],
    ['environment variable', { Environment: { STAGE: 'live' } }],
  ])('where tags cannot be read, takes a job with another %s for foreign', (_, fields) => {
    expect(match({}, null)).toBe('own');
    expect(match(fields, null)).toBe('foreign');
    expect(match(fields, {})).toBe('foreign');
  });

  it('takes a job whose name is in another case for foreign', () => {
    expect(matchJob(own, { ...job(), name: 'JOB' }, null, at).kind).toBe('foreign');
    expect(matchJob(own, { ...job(), name: 'JOB' }, {}, at).kind).toBe('foreign');
  });

  it.each<[string, ShapeObject]>([
    ['volume', { ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1 } }],
    ['time limit', { StoppingCondition: {} }],
    ['input', { InputDataConfig: null }],
  ])('takes a job that shows no %s for one without a difference', (_, fields) => {
    expect(match(fields, null)).toBe('own');
  });

  it.each<[string, ShapeObject]>([
    ['image', { AlgorithmSpecification: { TrainingInputMode: 'File' } }],
    ['algorithm', { AlgorithmSpecification: null }],
    ['role', { RoleArn: null }],
    ['instance type', { ResourceConfig: { InstanceCount: 1, VolumeSizeInGB: 30 } }],
    ['instance count', { ResourceConfig: { InstanceType: 'ml.m5.xlarge', VolumeSizeInGB: 30 } }],
    ['output', { OutputDataConfig: {} }],
  ])('takes a job that shows no %s for foreign', (_, fields) => {
    expect(match(fields, null)).toBe('foreign');
    expect(match(fields, {})).toBe('foreign');
  });

  it('waits for the tags of a new job, for a minute and 10 starts', () => {
    expect(match({}, {})).toBe('untagged');
    expect(match({}, {}, at + minute)).toBe('foreign');
    expect(matchJob({ ...own, startAttempts: 11 }, job(), {}, at).kind).toBe('foreign');
  });
});

describe('matchJob', () => {
  it('takes an input that was not requested for a difference', () => {
    const withoutInput = { ...run, request: { ...request, inputS3Uri: null } };
    expect(matchJob(withoutInput, job(), null, at).kind).toBe('foreign');
    expect(matchJob(withoutInput, job({ InputDataConfig: null }), null, at).kind).toBe('own');
  });

  it('takes every job for foreign where the request is not known', () => {
    expect(matchJob(aRun(), job(), null, at).kind).toBe('foreign');
  });
});
