import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EventSchema } from '../../src/api/schemas/event.ts';

const folder = new URL('../fixtures/events/', import.meta.url);
const files = readdirSync(folder).map((file) => file.replace('.json', ''));
const read = (file: string) => JSON.parse(readFileSync(new URL(`${file}.json`, folder), 'utf8'));

const trainingJobName = 'ml-sentiment-training-20261124-150253-k3f9zq';
const training = { kind: 'training', trainingJobName, status: 'Completed', tags: {} };
const tags = {
  'autodeploy:managed-by': 'sagemaker-autodeploy',
  'autodeploy:project': 'ml-sentiment',
  'autodeploy:run-id': '0197a3c2-5d1e-7c11-9f0e-4c2f7b1d8a55',
  'autodeploy:endpoint-name': 'ml-sentiment-endpoint',
  'autodeploy:auto-deploy': 'true',
};
const endpoint = {
  kind: 'endpoint',
  endpointName: 'ml-sentiment-endpoint',
  status: 'InService',
};

/** What each recorded event says; null for one that is no event of these types. */
const says: Record<string, object | null> = {
  'training-documented-example': {
    ...training,
    trainingJobName: '89c96cc8-dded-4739-afcc-6f1dc936701d',
  },
  'training-completed': training,
  'training-completed-numbers-and-nulls': { ...training, tags },
  'training-completed-not-auto-deploy': { ...training, tags: { ...tags, 'autodeploy:auto-deploy': 'false' } },
  'training-completed-lower-case-arn': {
    ...training,
    trainingJobName: 'ml-sentiment-training-Nightly-42',
  },
  'training-failed': { ...training, status: 'Failed', tags },
  'training-stopped': { ...training, status: 'Stopped', tags },
  'training-in-progress': { ...training, status: 'InProgress', tags },
  'training-completed-other-project': { ...training, trainingJobName: 'ml-churn-training-20261124-150253-k3f9zq' },
  'training-completed-similar-name': { ...training, trainingJobName: `my-${trainingJobName}` },
  'training-completed-other-source': null,
  'endpoint-documented-example': {
    kind: 'endpoint',
    endpointName: 'MyEndpoint',
    status: 'InService',
  },
  'endpoint-in-service': endpoint,
  'endpoint-updating': { ...endpoint, status: 'Updating' },
  'endpoint-rolling-back': { ...endpoint, status: 'RollingBack' },
  'endpoint-update-rollback-failed': { ...endpoint, status: 'UpdateRollbackFailed' },
  'endpoint-failed-string-times': { ...endpoint, status: 'Failed' },
  'endpoint-in-service-camel-case': endpoint,
  'endpoint-in-service-upper-case-name': { ...endpoint, endpointName: 'ML-Sentiment-Endpoint' },
  'endpoint-in-service-other': { ...endpoint, endpointName: 'ml-churn-endpoint' },
  'endpoint-config-created': null,
  'endpoint-deployment': null,
  'model-created': null,
};

describe('EventSchema, for a recorded event', () => {
  it.each(files)('%s', (file) => {
    expect(says).toHaveProperty([file]);
    expect(EventSchema.safeParse(read(file)).data ?? null).toEqual(says[file]);
  });
});

const issuesOf = (event: unknown): [string, string][] =>
  EventSchema.safeParse(event).error?.issues.map(({ path, message }) => [path.join('.'), message]) ?? [];

const withDetail = (more: object) => {
  const event = read('training-completed');
  return { ...event, detail: { ...event.detail, ...more } };
};

describe('EventSchema, required fields', () => {
  it.each([
    ['detail.TrainingJobName', { TrainingJobName: undefined }],
    ['detail.TrainingJobName', { TrainingJobName: null }],
    ['detail.TrainingJobName', { TrainingJobName: '../admin' }],
    ['detail.TrainingJobName', { TrainingJobName: 'a b' }],
    ['detail.TrainingJobStatus', { TrainingJobStatus: undefined }],
    ['detail.TrainingJobStatus', { TrainingJobStatus: 'Completed; DROP' }],
  ])('is refused when wrong: %s %j', (path, more) => {
    expect(issuesOf(withDetail(more))).toEqual([[path, expect.stringMatching(/^must /)]]);
  });

  it('names each issue of an envelope', () => {
    const event = read('training-completed');
    expect(issuesOf({ ...event, source: 'aws.s3', detail: {} }).map(([path]) => path)).toEqual([
      'source',
      'detail.TrainingJobName',
      'detail.TrainingJobStatus',
    ]);
    expect(issuesOf({ ...event, detail: null })).toEqual([['detail', 'must be an object']]);
    for (const none of [null, [], 'event', 7, {}]) expect(issuesOf(none), JSON.stringify(none)).toHaveLength(1);
  });
});

it('EventSchema > accepts an event whatever its other fields hold', () => {
  const odd = {
    LastModifiedTime: 'never',
    Tags: [{ Key: 'team', Value: 'search' }],
    SecondaryStatus: 7,
    HyperParameters: 'none',
    NewField: {},
  };
  for (const time of [undefined, null, 'noon', '2026-11-24T15:42:07Z'])
    expect(EventSchema.parse({ ...withDetail(odd), time })).toEqual(training);
});
