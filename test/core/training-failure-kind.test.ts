import { describe, expect, it } from 'vitest';
import { decideTraining } from '../../src/core/training/decide-training.ts';
import { aJob, aRun, at, hour } from './samples.ts';

const limits = { maxTrainingWaitMs: 48 * hour, pollIntervalMs: 60_000 };
const outcomeOf = (job: Parameters<typeof aJob>[0], run: Parameters<typeof aRun>[0] = {}) => {
  const decision = decideTraining(aRun(run), { kind: 'job', job: aJob(job) }, at + hour, limits);
  return decision.kind === 'finish' ? decision.outcome : null;
};

describe('why a training failed', () => {
  it.each([
    ['AlgorithmError: framework error: exit code: 1', 'algorithm'],
    // What the algorithm printed decides nothing.
    ['AlgorithmError: ExecuteUserScriptError: botocore AccessDenied, CapacityError, ResourceLimitExceeded', 'algorithm'],
    [
      'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
      'capacity',
    ],
    ['InternalServerError: InsufficientInstanceCapacity', 'capacity'],
    ["ResourceLimitExceeded: The account-level service limit 'ml.p3.2xlarge for training job usage' is 0 Instances", 'quota'],
    ['ClientError: Cannot find repository: sentiment in registry ID: 123456789012', 'image'],
    [
      'ClientError: The repository of your image 1.dkr.ecr.eu-west-1.amazonaws.com/a does not grant ecr:BatchGetImage permission',
      'image',
    ],
    ['ClientError: Failed to pull image', 'image'],
    ['ClientError: Data download failed:Could not download s3://b/k: insufficient permissions', 'access_denied'],
    ['ClientError: Data download failed:PermanentRedirect (301)', 'access_denied'],
    ['ClientError: Data download failed:NoSuchKey (404): The specified key does not exist.', 'invalid'],
    ['ClientError: User: arn:aws:sts::1:assumed-role/r is not authorized to perform: kms:GenerateDataKey', 'access_denied'],
    ['ClientError: Artifact upload failed:Insufficient disk space', 'artifact'],
    ['ClientError: Unable to initialize the algorithm. Failed to validate input data configuration.', 'invalid'],
    ['InternalServerError: We encountered an internal error. Please try again.', 'other'],
    [null, 'other'],
  ])('%s: %s', (failureReason, kind) => {
    expect(outcomeOf({ status: 'Failed', failureReason })).toMatchObject({ status: 'failed', failureKind: kind });
  });
});

describe('why a training was stopped', () => {
  const unbilled = { billableSeconds: null, startedAt: null };
  const phases = (...statuses: string[]) => statuses.map((status) => ({ status, message: null }));

  it.each([
    ['for its spot instances, never billed', { secondaryStatus: 'MaxWaitTimeExceeded', ...unbilled }, 'capacity'],
    [
      'for its spot instances, billed 0 s',
      { secondaryStatus: 'MaxWaitTimeExceeded', billableSeconds: 0, startedAt: null },
      'capacity',
    ],
    [
      'for instances that never came, without a word',
      { secondaryStatus: 'Stopped', ...unbilled, phases: phases('Starting', 'Pending', 'Stopping', 'Stopped') },
      'capacity',
    ],
    [
      'after spot interruptions without end',
      {
        secondaryStatus: 'MaxWaitTimeExceeded',
        billableSeconds: 40,
        phases: [{ status: 'Starting', message: 'Insufficient capacity error from EC2 while launching instances, retrying!' }],
      },
      'capacity',
    ],
    ['after its wait, and it ran', { secondaryStatus: 'MaxWaitTimeExceeded', billableSeconds: 40 }, 'timeout'],
    ['after its run time', { secondaryStatus: 'MaxRuntimeExceeded', billableSeconds: 3600 }, 'timeout'],
    ['by another user', { secondaryStatus: 'Stopped', billableSeconds: 40 }, null],
    ['by another user, just started', { secondaryStatus: 'Stopped', billableSeconds: null }, null],
    ['by another user, and SageMaker shows nothing more', { secondaryStatus: 'Stopped', ...unbilled }, null],
    [
      'by another user, while it downloaded',
      { secondaryStatus: 'Stopped', ...unbilled, phases: phases('Starting', 'Downloading', 'Stopping', 'Stopped') },
      null,
    ],
  ])('%s', (_, job, kind) => {
    expect(outcomeOf({ status: 'Stopped', ...job })).toMatchObject({ status: 'stopped', failureKind: kind });
  });

  it('by us is no failure, whatever it was waiting for', () => {
    const job = { status: 'Stopped', secondaryStatus: 'Stopped', ...unbilled };
    expect(outcomeOf(job, { stopRequestedAt: at })).toMatchObject({ failureReason: null, failureKind: null });
  });

  it('comes with the reason', () => {
    expect(outcomeOf({ status: 'Stopped', secondaryStatus: 'MaxWaitTimeExceeded', ...unbilled })).toMatchObject({
      failureReason: 'stopped by SageMaker: MaxWaitTimeExceeded, without the instances that it waited for',
    });
  });
});
