import type { DescribeTrainingJobCommandOutput, SageMaker } from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { defaultSettings, type Settings } from '../src/settings.ts';
import { image, startSimulator, training } from './harness.ts';

const spot = (more: Partial<Settings['spot']>): { settings: { spot: Settings['spot'] } } => ({
  settings: { spot: { ...defaultSettings.spot, ...more } },
});
const spotTraining = (
  name: string,
  MaxWaitTimeInSeconds = 7200,
  MaxRuntimeInSeconds = 3600,
): Parameters<SageMaker['createTrainingJob']>[0] =>
  training(name, { EnableManagedSpotTraining: true, StoppingCondition: { MaxRuntimeInSeconds, MaxWaitTimeInSeconds } });
const describe = (sagemaker: SageMaker): Promise<DescribeTrainingJobCommandOutput> =>
  sagemaker.describeTrainingJob({ TrainingJobName: 'job' });
const statuses = ({ SecondaryStatusTransitions = [] }: DescribeTrainingJobCommandOutput): unknown[] =>
  SecondaryStatusTransitions.map(({ Status }) => Status);

const around = ['Starting', 'Downloading', 'Training'];

test('a spot training is Interrupted, starts again, and is billed for less than it took', async () => {
  const { sagemaker, clock } = await startSimulator(spot({ interruptions: 2, interruptedSeconds: 50, billableShare: 0.4 }));
  await sagemaker.createTrainingJob(spotTraining('job'));
  clock.advance(20 + 24);
  expect(await describe(sagemaker)).toMatchObject({ TrainingJobStatus: 'InProgress', SecondaryStatus: 'Interrupted' });
  clock.advance(50);
  expect(await describe(sagemaker)).toMatchObject({ TrainingJobStatus: 'InProgress', SecondaryStatus: 'Training' });
  clock.advance(106);
  const done = await describe(sagemaker);
  expect(statuses(done)).toEqual([...around, 'Interrupted', ...around, 'Interrupted', ...around, 'Uploading', 'Completed']);
  expect([done.TrainingTimeInSeconds, done.BillableTimeInSeconds]).toEqual([190, 76]);
});

test('a training that is no spot training is never interrupted, and billed for all of its time', async () => {
  const { sagemaker, clock } = await startSimulator(spot({ interruptions: 1, waitSeconds: 1000 }));
  await sagemaker.createTrainingJob(training('job'));
  clock.advance(100);
  const done = await describe(sagemaker);
  expect(statuses(done)).toEqual([...around, 'Uploading', 'Completed']);
  expect([done.TrainingTimeInSeconds, done.BillableTimeInSeconds]).toEqual([90, 90]);
});

test('a spot training that gets no instances ends as Stopped with MaxWaitTimeExceeded', async () => {
  const { sagemaker, clock, simulator } = await startSimulator(spot({ waitSeconds: 100_000 }));
  await sagemaker.createTrainingJob(spotTraining('job', 600, 600));
  clock.advance(599);
  expect(await describe(sagemaker)).toMatchObject({ TrainingJobStatus: 'InProgress', SecondaryStatus: 'Starting' });
  clock.advance(1);
  const ended = await describe(sagemaker);
  expect(ended).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' });
  expect([ended.TrainingStartTime, ended.TrainingTimeInSeconds, ended.FailureReason]).toEqual([undefined, undefined, undefined]);
  expect(simulator.effects({ kind: 'training_job_ended' })).toMatchObject([{ detail: { status: 'MaxWaitTimeExceeded' } }]);
});

test('a spot training that trains when its wait is over is stopped first', async () => {
  const { sagemaker, clock } = await startSimulator(spot({ waitSeconds: 50 }));
  await sagemaker.createTrainingJob(spotTraining('job', 100, 100));
  clock.advance(100);
  expect(await describe(sagemaker)).toMatchObject({ TrainingJobStatus: 'Stopping', SecondaryStatus: 'Stopping' });
  clock.advance(10);
  expect(await describe(sagemaker)).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' });
});

test('a control route interrupts a spot training, and no other', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  const interrupt = async (name: string, body: object): Promise<number> => {
    const url = `${simulator.url}/_control/training-jobs/${name}/interrupt`;
    return (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status;
  };
  await sagemaker.createTrainingJob(spotTraining('job', 200, 150));
  await sagemaker.createTrainingJob(training('other'));
  expect(await interrupt('job', {})).toBe(409);
  clock.advance(30);
  expect(await interrupt('other', {})).toBe(409);
  expect(await interrupt('job', { seconds: 40 })).toBe(200);
  expect(await describe(sagemaker)).toMatchObject({ SecondaryStatus: 'Interrupted' });
  clock.advance(40);
  expect(await describe(sagemaker)).toMatchObject({ SecondaryStatus: 'Training' });
  expect(await interrupt('job', { seconds: 1000 })).toBe(200);
  clock.advance(130);
  expect(await describe(sagemaker)).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' });
});

test('a custom image without metric definitions has no metrics, and a built-in algorithm has some', async () => {
  const { sagemaker, clock } = await startSimulator();
  await sagemaker.createTrainingJob(training('job'));
  const TrainingImage = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';
  await sagemaker.createTrainingJob(
    training('built-in', { AlgorithmSpecification: { TrainingImage, TrainingInputMode: 'File' } }),
  );
  clock.advance(100);
  expect((await describe(sagemaker)).FinalMetricDataList).toBeUndefined();
  const { FinalMetricDataList = [] } = await sagemaker.describeTrainingJob({ TrainingJobName: 'built-in' });
  expect(FinalMetricDataList.map(({ MetricName }) => MetricName)).toEqual(['train:loss', 'validation:accuracy']);
});

test('metrics that are no numbers travel as strings, and the SDK has them as numbers', async () => {
  const { sagemaker, simulator, clock } = await startSimulator({ settings: { finalMetrics: { loss: 'NaN', other: 1 } } });
  const AlgorithmSpecification = {
    TrainingImage: image,
    TrainingInputMode: 'File' as const,
    MetricDefinitions: [{ Name: 'loss', Regex: 'loss=(.*)' }],
  };
  await sagemaker.createTrainingJob(training('by-setting', { AlgorithmSpecification }));
  clock.advance(100);
  const set = await sagemaker.describeTrainingJob({ TrainingJobName: 'by-setting' });
  expect(set.FinalMetricDataList).toEqual([{ MetricName: 'loss', Value: NaN, Timestamp: new Date(clock.now) }]);

  await sagemaker.createTrainingJob(training('job', { AlgorithmSpecification }));
  await fetch(`${simulator.url}/_control/training-jobs/job/complete`, {
    method: 'POST',
    body: JSON.stringify({ metrics: { loss: 'NaN', up: 'Infinity', down: '-Infinity', f1: 0.5 } }),
  });
  const { FinalMetricDataList = [] } = await describe(sagemaker);
  expect(FinalMetricDataList.map(({ Value }) => Value)).toEqual([NaN, Infinity, -Infinity, 0.5]);
});
