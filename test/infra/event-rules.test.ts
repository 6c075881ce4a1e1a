import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newTrainingJobName, trainingJobPrefix } from '../../src/core/sagemaker/names.ts';
import { evaluate } from './evaluate.ts';
import { matches } from './event-pattern.ts';
import { loadModule } from './terraform.ts';

const events = new URL('../fixtures/events/', import.meta.url);
const files = readdirSync(events).map((file) => file.replace('.json', ''));
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`${file}.json`, events), 'utf8'));

const project = 'ml-sentiment';
const variables = { project_name: project, endpoint_names: ['ml-search-endpoint', 'ml-sentiment-endpoint'] };

/** The rules' patterns with these variables, as EventBridge gets them. */
async function patterns(): Promise<{ training: Record<string, unknown>; endpoint: Record<string, unknown> }> {
  const { locals, resources } = await loadModule('modules/event-rules');
  expect(resources['aws_cloudwatch_event_rule.training']?.['event_pattern']).toBe('${jsonencode(local.training_pattern)}');
  expect(resources['aws_cloudwatch_event_rule.endpoint']?.['event_pattern']).toBe('${jsonencode(local.endpoint_pattern)}');
  const { training_pattern: training, endpoint_pattern: endpoint } = locals;
  return (await evaluate({ training, endpoint }, { var: variables })) as Awaited<ReturnType<typeof patterns>>;
}

/** Which rule each recorded event has to match. */
const expected: Record<string, 'training' | 'endpoint' | null> = {
  'training-completed': 'training',
  'training-completed-numbers-and-nulls': 'training',
  'training-completed-not-auto-deploy': 'training',
  'training-completed-lower-case-arn': 'training',
  'training-failed': 'training',
  'training-stopped': 'training',
  'training-in-progress': null,
  'training-documented-example': null,
  'training-completed-other-project': null,
  'training-completed-similar-name': null,
  'training-completed-other-source': null,
  'endpoint-in-service': 'endpoint',
  'endpoint-updating': 'endpoint',
  'endpoint-rolling-back': 'endpoint',
  'endpoint-update-rollback-failed': 'endpoint',
  'endpoint-failed-string-times': 'endpoint',
  'endpoint-in-service-camel-case': 'endpoint',
  'endpoint-in-service-upper-case-name': 'endpoint',
  'endpoint-in-service-other': null,
  'endpoint-documented-example': null,
  'endpoint-config-created': null,
  'endpoint-deployment': null,
  'model-created': null,
};

describe('the rules and a recorded event', () => {
  it.each(files)('%s', async (file) => {
    expect(expected).toHaveProperty([file]);
    const { training, endpoint } = await patterns();
    const matched = [
      ...(matches(training, read(file)) ? ['training'] : []),
      ...(matches(endpoint, read(file)) ? ['endpoint'] : []),
    ];
    expect(matched).toEqual(expected[file] === null ? [] : [expected[file]]);
  });
});

it('matches every name that the service gives to a training job', async () => {
  const { training } = await patterns();
  const detail = { TrainingJobName: newTrainingJobName(project, Date.parse('2026-11-24T15:02:53Z'), Math.random) };
  expect(training).toMatchObject({ detail: { TrainingJobName: [{ prefix: trainingJobPrefix(project) }] } });
  expect(
    matches(training, {
      source: 'aws.sagemaker',
      'detail-type': 'SageMaker Training Job State Change',
      detail: { ...detail, TrainingJobStatus: 'Completed' },
    }),
  ).toBe(true);
});
