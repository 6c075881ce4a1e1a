import { paginateListTrainingJobs, type ListTrainingJobsCommandInput, type SageMaker } from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { arn, invalid, makeConfig, refusal, startSimulator, training, type Clock } from './harness.ts';

/** `job-01` to `job-NN`, a second apart. */
async function makeJobs(sagemaker: SageMaker, clock: Clock, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await sagemaker.createTrainingJob(training(`job-${String(number).padStart(2, '0')}`));
    clock.advance(1);
  }
}

async function pages(sagemaker: SageMaker, input: ListTrainingJobsCommandInput): Promise<string[][]> {
  const names: string[][] = [];
  for await (const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: sagemaker }, input)) {
    names.push(TrainingJobSummaries.map(({ TrainingJobName }) => TrainingJobName ?? ''));
  }
  return names;
}

test('a page has ten jobs by default, oldest first', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeJobs(sagemaker, clock, 12);
  const byDefault = await sagemaker.listTrainingJobs({});
  expect(byDefault.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual(
    ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'].map((number) => `job-${number}`),
  );
  expect(byDefault.NextToken).toEqual(expect.any(String));
  expect(await pages(sagemaker, { MaxResults: 100 })).toEqual([expect.arrayContaining(['job-01', 'job-12'])]);
});

test('a summary has the times and both statuses, and nothing of the result', async () => {
  const { sagemaker, clock } = await startSimulator();
  const createdAt = new Date(clock.now);
  await sagemaker.createTrainingJob(training('job'));
  const running = await sagemaker.listTrainingJobs({});
  expect(running.TrainingJobSummaries).toEqual([
    {
      TrainingJobName: 'job',
      TrainingJobArn: arn('training-job/job'),
      CreationTime: createdAt,
      LastModifiedTime: createdAt,
      TrainingJobStatus: 'InProgress',
      SecondaryStatus: 'Starting',
    },
  ]);
  clock.advance(200);
  const endedAt = new Date(createdAt.getTime() + 100_000);
  expect((await sagemaker.listTrainingJobs({})).TrainingJobSummaries).toMatchObject([
    { TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed', TrainingEndTime: endedAt, LastModifiedTime: endedAt },
  ]);
});

test.each<[string, Partial<ListTrainingJobsCommandInput>]>([
  ['StatusEquals', { StatusEquals: 'InProgress' }],
  ['NameContains', { NameContains: 'job-01' }],
  ['CreationTimeBefore', { CreationTimeBefore: new Date('2026-11-24T10:00:01Z') }],
  ['LastModifiedTimeAfter', { LastModifiedTimeAfter: new Date('2026-11-24T10:01:00Z') }],
])('%s filters a page that was picked before: pages may be empty and continue', async (_filter, filter) => {
  const { sagemaker, clock, simulator } = await startSimulator();
  await sagemaker.createTrainingJob(training('job-01'));
  simulator.changeSettings({ trainingSeconds: 1 });
  for (const number of ['02', '03', '04', '05']) {
    clock.advance(1);
    await sagemaker.createTrainingJob(training(`job-${number}`));
  }
  // By then the others have long ended, and job-01 is uploading, since 10:01:30.
  clock.advance(91);
  const found = await pages(sagemaker, { MaxResults: 2, SortBy: 'CreationTime', SortOrder: 'Descending', ...filter });
  expect(found).toEqual([[], [], ['job-01']]);
});

test('jobs are sorted by name, time or status, either way', async () => {
  const { sagemaker, clock, simulator } = await startSimulator();
  for (const [name, trainingSeconds] of [
    ['c', 1],
    ['a', 1000],
    ['b', 1],
  ] as const) {
    simulator.changeSettings({ trainingSeconds });
    await sagemaker.createTrainingJob(training(name));
    clock.advance(1);
  }
  const order = async (SortBy: 'Name' | 'CreationTime' | 'Status', SortOrder: 'Ascending' | 'Descending'): Promise<string> =>
    (await pages(sagemaker, { SortBy, SortOrder, MaxResults: 1 })).flat().join('');
  expect(await order('Name', 'Ascending')).toBe('abc');
  expect(await order('Name', 'Descending')).toBe('cba');
  expect(await order('CreationTime', 'Ascending')).toBe('cab');
  expect(await order('CreationTime', 'Descending')).toBe('bac');
  expect(await order('Status', 'Ascending')).toBe('bca');
});

test('a job that is created between two pages moves none of the others', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeJobs(sagemaker, clock, 4);
  const query = { SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 2 } as const;
  const first = await sagemaker.listTrainingJobs(query);
  await sagemaker.createTrainingJob(training('newer'));
  const second = await sagemaker.listTrainingJobs({ ...query, NextToken: first.NextToken });
  expect(second.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual(['job-02', 'job-01']);
  expect(second.NextToken).toBeUndefined();
});

test('a token is good for its own query only', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeJobs(sagemaker, clock, 3);
  const { NextToken } = await sagemaker.listTrainingJobs({ MaxResults: 1, NameContains: 'job' });
  expect(await refusal(sagemaker.listTrainingJobs({ MaxResults: 1, NextToken }))).toEqual(invalid('The token is invalid.'));
  expect(await refusal(sagemaker.listTrainingJobs({ NextToken: 'nonsense' }))).toEqual(invalid('The token is invalid.'));
});

test('models, endpoint configurations and endpoints are listed newest first', async () => {
  const { sagemaker, clock } = await startSimulator();
  for (const name of ['one', 'two', 'three']) {
    await makeConfig(sagemaker, name);
    await sagemaker.createEndpoint({ EndpointName: name, EndpointConfigName: name });
    clock.advance(1);
  }
  const { Models = [], NextToken } = await sagemaker.listModels({ MaxResults: 2 });
  expect(Models.map(({ ModelName }) => ModelName)).toEqual(['three', 'two']);
  expect(Models[0]).toEqual({ ModelName: 'three', ModelArn: arn('model/three'), CreationTime: new Date(clock.now - 1000) });
  expect((await sagemaker.listModels({ MaxResults: 2, NextToken })).Models?.map(({ ModelName }) => ModelName)).toEqual(['one']);

  const { EndpointConfigs = [] } = await sagemaker.listEndpointConfigs({ NameContains: 't' });
  expect(EndpointConfigs.map(({ EndpointConfigName }) => EndpointConfigName)).toEqual(['three', 'two']);
  expect(EndpointConfigs[0]).toMatchObject({
    EndpointConfigArn: arn('endpoint-config/three'),
    CreationTime: new Date(clock.now - 1000),
  });

  clock.advance(57);
  const { Endpoints = [] } = await sagemaker.listEndpoints({ StatusEquals: 'InService' });
  expect(Endpoints).toEqual([
    {
      EndpointName: 'one',
      EndpointArn: arn('endpoint/one'),
      EndpointStatus: 'InService',
      CreationTime: new Date(clock.now - 60_000),
      LastModifiedTime: new Date(clock.now),
    },
  ]);
  expect(
    (await sagemaker.listEndpoints({ SortBy: 'Name', SortOrder: 'Ascending' })).Endpoints?.map(
      ({ EndpointName }) => EndpointName,
    ),
  ).toEqual(['one', 'three', 'two']);
});
