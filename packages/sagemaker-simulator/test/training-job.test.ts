import { SecondaryStatus, TrainingJobStatus, type SageMaker } from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { arn, image, invalid, refusal, role, startSimulator, training } from './harness.ts';

const readStatus = async (sagemaker: SageMaker, name: string): Promise<[string | undefined, string | undefined]> => {
  const { TrainingJobStatus: status, SecondaryStatus: secondary } = await sagemaker.describeTrainingJob({
    TrainingJobName: name,
  });
  return [status, secondary];
};

test('a training goes through its phases in time and completes', async () => {
  const { sagemaker, clock } = await startSimulator();
  const createdAt = new Date(clock.now);
  expect((await sagemaker.createTrainingJob(training('job'))).TrainingJobArn).toBe(arn('training-job/job'));

  const seen: unknown[] = [];
  for (const seconds of [0, 10, 10, 70, 9]) {
    clock.advance(seconds);
    seen.push(await readStatus(sagemaker, 'job'));
  }
  expect(seen).toEqual(
    ['Starting', 'Downloading', 'Training', 'Uploading', 'Uploading'].map((secondary) => ['InProgress', secondary]),
  );

  const running = await sagemaker.describeTrainingJob({ TrainingJobName: 'job' });
  expect(running.ModelArtifacts?.S3ModelArtifacts).toBe('s3://models/out/job/output/model.tar.gz');
  expect(running.TrainingStartTime).toEqual(new Date(createdAt.getTime() + 10_000));
  expect([running.TrainingEndTime, running.BillableTimeInSeconds, running.FinalMetricDataList]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);

  clock.advance(1);
  const done = await sagemaker.describeTrainingJob({ TrainingJobName: 'job' });
  const endedAt = new Date(clock.now);
  expect(done).toMatchObject({
    TrainingJobName: 'job',
    TrainingJobArn: arn('training-job/job'),
    TrainingJobStatus: TrainingJobStatus.COMPLETED,
    SecondaryStatus: SecondaryStatus.COMPLETED,
    ModelArtifacts: { S3ModelArtifacts: 's3://models/out/job/output/model.tar.gz' },
    RoleArn: role,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
    OutputDataConfig: { S3OutputPath: 's3://models/out/' },
    ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    CreationTime: createdAt,
    TrainingEndTime: endedAt,
    LastModifiedTime: endedAt,
    TrainingTimeInSeconds: 90,
    BillableTimeInSeconds: 90,
  });
  expect(done.FailureReason).toBeUndefined();
  const transitions = done.SecondaryStatusTransitions ?? [];
  expect(transitions.map(({ Status }) => Status)).toEqual(['Starting', 'Downloading', 'Training', 'Uploading', 'Completed']);
  for (const [index, { StartTime, EndTime, StatusMessage }] of transitions.entries()) {
    expect(StartTime).toBeInstanceOf(Date);
    expect(EndTime).toEqual(transitions[index + 1]?.StartTime ?? endedAt);
    expect(StatusMessage).not.toBe('');
  }
});

test('the request is described, without the tags', async () => {
  const { sagemaker } = await startSimulator();
  const more = {
    HyperParameters: { rate: '0.1' },
    Environment: { LEVEL: 'info' },
    InputDataConfig: [
      { ChannelName: 'train', DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: 's3://data/in' } } },
    ],
    Tags: [{ Key: 'a', Value: '1' }],
  };
  await sagemaker.createTrainingJob(training('job', more));
  const described = await sagemaker.describeTrainingJob({ TrainingJobName: 'job' });
  const { Tags: _tags, ...shown } = more;
  expect(described).toMatchObject(shown);
  expect(described).not.toHaveProperty('Tags');
});

test('the metrics are those that the request defines', async () => {
  const { sagemaker, clock } = await startSimulator();
  const AlgorithmSpecification = {
    TrainingImage: image,
    TrainingInputMode: 'File' as const,
    MetricDefinitions: [{ Name: 'f1', Regex: 'f1=(.*)' }],
  };
  await sagemaker.createTrainingJob(training('job', { AlgorithmSpecification }));
  clock.advance(100);
  const { FinalMetricDataList } = await sagemaker.describeTrainingJob({ TrainingJobName: 'job' });
  expect(FinalMetricDataList).toEqual([{ MetricName: 'f1', Value: expect.any(Number), Timestamp: new Date(clock.now) }]);
});

test('Pending is a phase of its own when it has a share', async () => {
  const { sagemaker, clock } = await startSimulator({
    settings: { trainingShares: { Starting: 1, Pending: 2, Downloading: 1, Training: 4, Uploading: 2 } },
  });
  await sagemaker.createTrainingJob(training('job'));
  clock.advance(10);
  expect(await readStatus(sagemaker, 'job')).toEqual(['InProgress', 'Pending']);
  clock.advance(20);
  expect(await readStatus(sagemaker, 'job')).toEqual(['InProgress', 'Downloading']);
});

test('an artifact that is not compressed is a folder', async () => {
  const { sagemaker } = await startSimulator();
  await sagemaker.createTrainingJob(
    training('job', { OutputDataConfig: { S3OutputPath: 's3://models', CompressionType: 'NONE' } }),
  );
  const { ModelArtifacts } = await sagemaker.describeTrainingJob({ TrainingJobName: 'job' });
  expect(ModelArtifacts?.S3ModelArtifacts).toBe('s3://models/job/output/model/');
});

test('a name is taken for good, whatever its case and the content', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  await sagemaker.createTrainingJob(training('job'));
  clock.advance(1000);
  for (const name of ['job', 'JOB']) {
    expect(await refusal(sagemaker.createTrainingJob(training(name)))).toEqual({
      name: 'ResourceInUse',
      message: `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn('training-job/job')})`,
      status: 400,
    });
  }
  expect(simulator.effects({ kind: 'training_job_created' })).toHaveLength(1);
});

test('an unknown training job is a ValidationException', async () => {
  const { sagemaker } = await startSimulator();
  const notFound = invalid('Requested resource not found.');
  expect(await refusal(sagemaker.describeTrainingJob({ TrainingJobName: 'none' }))).toEqual(notFound);
  expect(await refusal(sagemaker.stopTrainingJob({ TrainingJobName: 'none' }))).toEqual(notFound);
});

test('a stopped training is Stopping, then Stopped, and can be stopped only once', async () => {
  const { sagemaker, clock } = await startSimulator();
  await sagemaker.createTrainingJob(training('job'));
  clock.advance(30);
  await sagemaker.stopTrainingJob({ TrainingJobName: 'job' });
  expect(await readStatus(sagemaker, 'job')).toEqual(['Stopping', 'Stopping']);
  const inStatus = (status: string): object =>
    invalid(`The request was rejected because the training job is in status ${status}.`);
  expect(await refusal(sagemaker.stopTrainingJob({ TrainingJobName: 'job' }))).toEqual(inStatus('Stopping'));
  clock.advance(10);
  expect(await readStatus(sagemaker, 'job')).toEqual(['Stopped', 'Stopped']);
  expect(await refusal(sagemaker.stopTrainingJob({ TrainingJobName: 'job' }))).toEqual(inStatus('Stopped'));
  const { FailureReason, FinalMetricDataList, TrainingEndTime } = await sagemaker.describeTrainingJob({ TrainingJobName: 'job' });
  expect([FailureReason, FinalMetricDataList, TrainingEndTime]).toEqual([undefined, undefined, new Date(clock.now)]);
});

test('a completed training can not be stopped', async () => {
  const { sagemaker, clock } = await startSimulator();
  await sagemaker.createTrainingJob(training('job'));
  clock.advance(100);
  expect(await refusal(sagemaker.stopTrainingJob({ TrainingJobName: 'job' }))).toEqual(
    invalid('The request was rejected because the training job is in status Completed.'),
  );
});

test('a training that runs for too long ends as Stopped, MaxRuntimeExceeded', async () => {
  const { sagemaker, clock } = await startSimulator();
  await sagemaker.createTrainingJob(training('job', { StoppingCondition: { MaxRuntimeInSeconds: 40 } }));
  clock.advance(49);
  expect(await readStatus(sagemaker, 'job')).toEqual(['InProgress', 'Training']);
  clock.advance(1);
  expect(await readStatus(sagemaker, 'job')).toEqual(['Stopping', 'Stopping']);
  clock.advance(10);
  expect(await readStatus(sagemaker, 'job')).toEqual(['Stopped', 'MaxRuntimeExceeded']);
  expect((await sagemaker.describeTrainingJob({ TrainingJobName: 'job' })).BillableTimeInSeconds).toBe(50);
});

test('a training that is ordered to fail fails with the reason, at the end of its phase', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  simulator.addFault({ kind: 'fail_training', reason: 'AlgorithmError: out of memory' });
  await sagemaker.createTrainingJob(training('job'));
  clock.advance(89);
  expect(await readStatus(sagemaker, 'job')).toEqual(['InProgress', 'Training']);
  expect((await sagemaker.describeTrainingJob({ TrainingJobName: 'job' })).FailureReason).toBeUndefined();
  clock.advance(1);
  const failed = await sagemaker.describeTrainingJob({ TrainingJobName: 'job' });
  expect(failed).toMatchObject({
    TrainingJobStatus: 'Failed',
    SecondaryStatus: 'Failed',
    FailureReason: 'AlgorithmError: out of memory',
    BillableTimeInSeconds: 80,
  });
  expect(failed.FinalMetricDataList).toBeUndefined();
});

test('a training that fails before it got its instances was never started nor billed', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  simulator.addFault({
    kind: 'fail_training',
    during: 'Starting',
    reason: 'CapacityError: Unable to provision requested ML compute capacity.',
  });
  await sagemaker.createTrainingJob(training('job'));
  clock.advance(10);
  const failed = await sagemaker.describeTrainingJob({ TrainingJobName: 'job' });
  expect(failed.TrainingJobStatus).toBe('Failed');
  expect([failed.TrainingStartTime, failed.BillableTimeInSeconds]).toEqual([undefined, undefined]);
});

test('the effects name what was asked and what came of it', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  const start = clock.now;
  await sagemaker.createTrainingJob(training('a'));
  await sagemaker.createTrainingJob(training('b'));
  clock.advance(20);
  await sagemaker.stopTrainingJob({ TrainingJobName: 'b' });
  clock.advance(1000);
  expect(simulator.effects().map(({ at, kind, name, detail }) => [at - start, kind, name, detail?.status])).toEqual([
    [0, 'training_job_created', 'a', undefined],
    [0, 'training_job_created', 'b', undefined],
    [20_000, 'training_job_stop_requested', 'b', undefined],
    [30_000, 'training_job_ended', 'b', 'Stopped'],
    [100_000, 'training_job_ended', 'a', 'Completed'],
  ]);
});
