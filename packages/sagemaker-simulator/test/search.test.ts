import { paginateSearch, type SageMaker, type SearchCommandInput, type SearchExpression } from '@aws-sdk/client-sagemaker';
import { describe, expect, test } from 'vitest';
import { arn, invalid, refusal, startSimulator, training, type Clock } from './harness.ts';

type Query = Partial<SearchCommandInput>;
const query = (more: Query = {}): SearchCommandInput => ({ Resource: 'TrainingJob', ...more });
const filters = (...Filters: NonNullable<SearchExpression['Filters']>): Query => ({ SearchExpression: { Filters } });

async function names(sagemaker: SageMaker, more: Query = {}): Promise<string[]> {
  const { Results = [] } = await sagemaker.search(query({ MaxResults: 100, SortOrder: 'Ascending', ...more }));
  return Results.map(({ TrainingJob }) => TrainingJob?.TrainingJobName ?? '');
}

/** Three jobs, 10 s apart, of two teams. */
async function makeJobs(sagemaker: SageMaker, clock: Clock): Promise<void> {
  for (const [name, team, epochs] of [
    ['a', 'nlp', '3'],
    ['b', 'vision', '5'],
    ['c', 'nlp', '3'],
  ] as const) {
    const Tags = [{ Key: 'team:name', Value: team }];
    await sagemaker.createTrainingJob(training(name, { Tags, HyperParameters: { epochs } }));
    clock.advance(10);
  }
}

test('a result is the whole training job, with its tags', async () => {
  const { sagemaker, clock } = await startSimulator();
  const Tags = [{ Key: 'team', Value: 'nlp' }];
  await sagemaker.createTrainingJob(training('job', { Tags }));
  clock.advance(200);
  const { $metadata: _, ...described } = await sagemaker.describeTrainingJob({ TrainingJobName: 'job' });
  const { Results, TotalHits, NextToken } = await sagemaker.search(query());
  expect(Results).toEqual([{ TrainingJob: { ...described, Tags } }]);
  expect({ TotalHits, NextToken }).toEqual({ TotalHits: { Value: 1, Relation: 'EqualTo' }, NextToken: undefined });
});

test('pages hold what matches, the last modified first, until there is no more', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeJobs(sagemaker, clock);
  const pages: string[][] = [];
  const Filters = [{ Name: 'Tags.team:name', Operator: 'Equals', Value: 'nlp' }] as const;
  for await (const { Results = [] } of paginateSearch({ client: sagemaker }, query({ MaxResults: 1, ...filters(...Filters) })))
    pages.push(Results.map(({ TrainingJob }) => TrainingJob?.TrainingJobArn ?? ''));
  expect(pages).toEqual([[arn('training-job/c')], [arn('training-job/a')]]);
});

test('what changes between two pages comes later, and is not lost', async () => {
  const { sagemaker, clock } = await startSimulator();
  await makeJobs(sagemaker, clock);
  const ascending = query({ MaxResults: 2, SortBy: 'LastModifiedTime', SortOrder: 'Ascending' });
  const first = await sagemaker.search(ascending);
  clock.advance(1);
  await sagemaker.stopTrainingJob({ TrainingJobName: 'a' });
  const second = await sagemaker.search({ ...ascending, NextToken: first.NextToken });
  const of = ({ Results = [] }: typeof first) => Results.map(({ TrainingJob }) => TrainingJob?.TrainingJobName);
  expect([of(first), of(second)]).toEqual([
    ['a', 'b'],
    ['c', 'a'],
  ]);
});

describe('filters', () => {
  test.each<[string, Query, string]>([
    ['Equals', filters({ Name: 'TrainingJobName', Operator: 'Equals', Value: 'b' }), 'b'],
    ['no operator, which is Equals', filters({ Name: 'HyperParameters.epochs', Value: '3' }), 'ac'],
    ['NotEquals', filters({ Name: 'Tags.team:name', Operator: 'NotEquals', Value: 'nlp' }), 'b'],
    ['In', filters({ Name: 'TrainingJobName', Operator: 'In', Value: 'a, c' }), 'ac'],
    ['Contains', filters({ Name: 'TrainingJobArn', Operator: 'Contains', Value: 'job/b' }), 'b'],
    ['Exists', filters({ Name: 'TrainingEndTime', Operator: 'Exists' }), ''],
    ['NotExists', filters({ Name: 'Tags.owner', Operator: 'NotExists' }), 'abc'],
    ['a number', filters({ Name: 'ResourceConfig.InstanceCount', Operator: 'LessThan', Value: '2' }), 'abc'],
    ['a time', filters({ Name: 'CreationTime', Operator: 'GreaterThanOrEqualTo', Value: '2026-11-24T10:00:10' }), 'bc'],
    ['a time with a zone', filters({ Name: 'CreationTime', Operator: 'LessThan', Value: '2026-11-24T11:00:10.5+01:00' }), 'ab'],
    [
      'Or',
      {
        SearchExpression: {
          Operator: 'Or',
          Filters: [
            { Name: 'TrainingJobName', Value: 'a' },
            { Name: 'TrainingJobName', Value: 'b' },
          ],
        },
      },
      'ab',
    ],
    [
      'sub-expressions and nested filters',
      {
        SearchExpression: {
          SubExpressions: [{ Filters: [{ Name: 'Tags.team:name', Value: 'nlp' }] }],
          NestedFilters: [
            {
              NestedPropertyName: 'ResourceConfig',
              Filters: [{ Name: 'ResourceConfig.InstanceType', Operator: 'Equals', Value: 'ml.m5.xlarge' }],
            },
          ],
          Filters: [{ Name: 'TrainingJobName', Operator: 'NotEquals', Value: 'a' }],
        },
      },
      'c',
    ],
    ['a visibility condition', { VisibilityConditions: [{ Key: 'Tags.team:name', Value: 'vision' }] }, 'b'],
    ['other accounts', { CrossAccountFilterOption: 'CrossAccount' }, ''],
  ])('%s', async (_what, more, expected) => {
    const { sagemaker, clock } = await startSimulator();
    await makeJobs(sagemaker, clock);
    expect((await names(sagemaker, { SortBy: 'TrainingJobName', ...more })).join('')).toBe(expected);
  });

  test.each<[string, Query, string]>([
    ['an unknown property', filters({ Name: 'Name', Value: 'a' }), 'Unknown property name: Name of TrainingJob'],
    ['an unknown order', { SortBy: 'Age' }, 'Unknown property name: Age of TrainingJob'],
    [
      'an order of text',
      filters({ Name: 'TrainingJobName', Operator: 'GreaterThan', Value: 'a' }),
      'The operator GreaterThan is not supported for the property TrainingJobName.',
    ],
    [
      'a part of a time',
      filters({ Name: 'CreationTime', Operator: 'Contains', Value: '2026' }),
      'The operator Contains is not supported for the property CreationTime.',
    ],
    [
      'no timestamp',
      filters({ Name: 'CreationTime', Operator: 'LessThan', Value: '1795574826' }),
      'The value 1795574826 of the filter on CreationTime is no timestamp.',
    ],
    ['no value', filters({ Name: 'TrainingJobName', Operator: 'Equals' }), 'The filter on TrainingJobName has no value.'],
    [
      'two Contains',
      filters(
        { Name: 'TrainingJobName', Operator: 'Contains', Value: 'a' },
        { Name: 'TrainingJobName', Operator: 'Contains', Value: 'b' },
      ),
      "'CONTAINS' operator usage limit of 1 exceeded.",
    ],
    ['nothing', { SearchExpression: {} }, 'A SearchExpression must have at least one subexpression, filter, or nested filter.'],
    ['a token of another query', { NextToken: 'nonsense' }, 'The token is invalid.'],
    [
      'a page that is too large',
      { MaxResults: 101 },
      "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
    ],
    ['another resource', { Resource: 'Endpoint' }, 'The simulator has no index of the resource Endpoint.'],
  ])('%s is refused', async (_what, more, message) => {
    const { sagemaker } = await startSimulator();
    expect(await refusal(sagemaker.search(query(more)))).toEqual(invalid(message));
  });
});

describe('the index', () => {
  const index = { lagMs: 0, lost: 0, late: 0, lateMs: 0, loses: [], delays: [] };
  const statusOf = async (sagemaker: SageMaker, name: string): Promise<string | undefined> => {
    const { Results = [] } = await sagemaker.search(query(filters({ Name: 'TrainingJobName', Value: name })));
    return Results[0]?.TrainingJob?.SecondaryStatus;
  };

  test('is behind by its lag', async () => {
    const { sagemaker, clock } = await startSimulator({ settings: { searchIndex: { ...index, lagMs: 15_000 } } });
    await sagemaker.createTrainingJob(training('job'));
    expect(await statusOf(sagemaker, 'job')).toBeUndefined();
    clock.advance(15);
    expect(await statusOf(sagemaker, 'job')).toBe('Starting');
    clock.advance(99);
    expect(await statusOf(sagemaker, 'job')).toBe('Uploading');
    clock.advance(1);
    expect(await statusOf(sagemaker, 'job')).toBe('Completed');
  });

  test('loses the jobs of some names, and delays others', async () => {
    const { sagemaker, clock } = await startSimulator({
      settings: { searchIndex: { ...index, lateMs: 120_000, loses: ['lost'], delays: ['late'] } },
    });
    for (const name of ['lost-1', 'late-1', 'plain-1']) await sagemaker.createTrainingJob(training(name));
    clock.advance(100);
    expect(await names(sagemaker)).toEqual(['plain-1']);
    clock.advance(119.999);
    expect(await statusOf(sagemaker, 'late-1')).toBe('Uploading');
    clock.advance(0.001);
    expect(await statusOf(sagemaker, 'late-1')).toBe('Completed');
    expect(await statusOf(sagemaker, 'lost-1')).toBeUndefined();
  });

  test('loses and delays a share of the changes, always the same ones', async () => {
    const { simulator, sagemaker, clock } = await startSimulator();
    for (let number = 0; number < 60; number += 1) await sagemaker.createTrainingJob(training(`job-${number}`));
    clock.advance(100);
    const completed = () => names(sagemaker, filters({ Name: 'TrainingJobStatus', Value: 'Completed' }));
    expect(await completed()).toHaveLength(60);
    simulator.changeSettings({ searchIndex: { ...index, lost: 0.3, late: 0.3, lateMs: 60_000 } });
    const first = await completed();
    expect(first.length).toBeGreaterThan(10);
    expect(first.length).toBeLessThan(50);
    expect(await completed()).toEqual(first);
    clock.advance(60);
    const later = await completed();
    expect(later.length).toBeGreaterThan(first.length);
    expect(later.length).toBeLessThan(60);
  });
});
