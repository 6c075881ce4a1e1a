import { describe, expect, it } from 'vitest';
import { tagKeys } from '../../src/core/sagemaker/tags.ts';
import { matchJob } from '../../src/core/training/match-job.ts';
import type { TrainingJob, TrainingRequest } from '../../src/core/training/training-run.ts';
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
const { inputS3Uri: _input, tags: _tags, ...shown } = request;
const job: TrainingJob = aJob({ ...shown, inputS3Uris: ['s3://data/train'] });
const run = aRun({ status: 'requested', request, startAttemptedAt: at, startAttempts: 1 });

const match = (fields: Partial<TrainingJob>, tags: Record<string, string> | null, now = at) =>
  matchJob(run, { ...job, ...fields }, tags, now).kind;

describe('matchJob', () => {
  it('goes by the run-id tag alone where tags can be read', () => {
    expect(match({ instanceCount: 9 }, { [tagKeys.runId]: run.runId })).toBe('own');
    expect(match({}, { [tagKeys.runId]: 'another' })).toBe('foreign');
    expect(match({}, { team: 'search' })).toBe('foreign');
  });

  it.each<[string, Partial<TrainingJob>]>([
    ['image', { trainingImage: 'train:2' }],
    ['role', { roleArn: 'arn:other' }],
    ['instance type', { instanceType: 'ml.m5.large' }],
    ['instance count', { instanceCount: 2 }],
    ['volume', { volumeGb: 31 }],
    ['time limit', { maxRuntimeSeconds: 3601 }],
    ['output', { outputS3Uri: 's3://other' }],
    ['input', { inputS3Uris: ['s3://other'] }],
    ['second input', { inputS3Uris: ['s3://data/train', 's3://other'] }],
    ['hyperparameter', { hyperparameters: { epochs: '4' } }],
    ['hyperparameter more', { hyperparameters: { epochs: '3', rate: '1' } }],
    ['hyperparameter less', { hyperparameters: {} }],
    ['environment variable', { environment: { STAGE: 'live' } }],
    ['case of the name', { name: 'JOB' }],
  ])('where tags cannot be read, takes a job with another %s for foreign', (_, fields) => {
    expect(match({}, null)).toBe('own');
    expect(match(fields, null)).toBe('foreign');
    expect(match(fields, {})).toBe('foreign');
  });

  it('takes an input that was not requested for a difference', () => {
    const withoutInput = { ...run, request: { ...request, inputS3Uri: null } };
    expect(matchJob(withoutInput, job, null, at).kind).toBe('foreign');
    expect(matchJob(withoutInput, { ...job, inputS3Uris: null }, null, at).kind).toBe('own');
  });

  it.each<keyof TrainingJob>(['volumeGb', 'maxRuntimeSeconds', 'inputS3Uris'])(
    'takes a job that shows no %s for one without a difference',
    (field) => {
      expect(match({ [field]: null }, null)).toBe('own');
    },
  );

  it.each<keyof TrainingJob>(['trainingImage', 'roleArn', 'instanceType', 'instanceCount', 'outputS3Uri'])(
    'takes a job that shows no %s for foreign',
    (field) => {
      expect(match({ [field]: null }, null)).toBe('foreign');
      expect(match({ [field]: null }, {})).toBe('foreign');
    },
  );

  it('waits for the tags of a new job, for a minute and 10 starts', () => {
    expect(match({}, {})).toBe('untagged');
    expect(match({}, {}, at + minute)).toBe('foreign');
    expect(matchJob({ ...run, startAttempts: 11 }, job, {}, at).kind).toBe('foreign');
  });
});
