import type { CloudWatch, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { createAlarmClient, createClient, createRuntimeClient, refusal } from './harness.ts';
import { canary, describeLive, percent, startLive, updateLive } from './rollouts.ts';

const errorAlarm = (more: Partial<PutMetricAlarmCommandInput> = {}): PutMetricAlarmCommandInput => ({
  AlarmName: 'errors',
  Namespace: 'AWS/SageMaker',
  MetricName: 'Invocation5XXErrors',
  Dimensions: [
    { Name: 'EndpointName', Value: 'live' },
    { Name: 'VariantName', Value: 'AllTraffic' },
    { Name: 'EndpointConfigName', Value: 'two' },
  ],
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0.1,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
  ...more,
});

async function start(options: Parameters<typeof startLive>[1] = {}) {
  const started = await startLive(4, options);
  const cloudWatch = createAlarmClient(started.simulator.url);
  const runtime = createRuntimeClient(started.simulator.url);
  const invoke = async (times = 1): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      const input = { EndpointName: 'live', Body: '1', ContentType: 'text/csv' };
      await runtime.invokeEndpoint(input).catch(() => undefined);
    }
  };
  return { ...started, cloudWatch, invoke };
}

const stateOf = async (cloudWatch: CloudWatch, name = 'errors'): Promise<string | undefined> =>
  (await cloudWatch.describeAlarms({ AlarmNames: [name] })).MetricAlarms?.[0]?.StateValue;

test('PutMetricAlarm > makes an alarm without data, and replaces it with its state, creation and tags kept', async () => {
  const { cloudWatch, clock, simulator } = await start();
  const createdAt = new Date(clock.now);
  await cloudWatch.putMetricAlarm(errorAlarm({ Tags: [{ Key: 'made-by', Value: 'us' }] }));
  const { MetricAlarms, CompositeAlarms } = await cloudWatch.describeAlarms({});
  expect([MetricAlarms, CompositeAlarms]).toEqual([
    [
      {
        ...errorAlarm(),
        AlarmArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors',
        ActionsEnabled: true,
        AlarmActions: [],
        OKActions: [],
        InsufficientDataActions: [],
        AlarmConfigurationUpdatedTimestamp: createdAt,
        StateValue: 'INSUFFICIENT_DATA',
        StateReason: 'Unchecked: Initial alarm creation',
        StateUpdatedTimestamp: createdAt,
        StateTransitionedTimestamp: createdAt,
      },
    ],
    [],
  ]);
  clock.advance(61);
  expect(await stateOf(cloudWatch)).toBe('OK');
  await cloudWatch.putMetricAlarm(
    errorAlarm({ Threshold: 0.2, TreatMissingData: 'missing', Tags: [{ Key: 'other', Value: 'x' }] }),
  );
  expect(await stateOf(cloudWatch)).toBe('OK');
  clock.advance(61);
  expect(await stateOf(cloudWatch)).toBe('INSUFFICIENT_DATA');
  expect(simulator.alarms()).toEqual([
    {
      name: 'errors',
      kind: 'metric',
      state: 'INSUFFICIENT_DATA',
      reason: 'Insufficient Data: 1 datapoint(s) were unknown.',
      tags: { 'made-by': 'us' },
      isForced: false,
    },
  ]);
});

test.each([
  ['no metric', { MetricName: undefined }, 'InvalidParameterCombinationException'],
  ['both statistics', { ExtendedStatistic: 'p90' }, 'InvalidParameterCombinationException'],
  ['no threshold', { Threshold: undefined }, 'MissingRequiredParameterException'],
  ['a period of 90 s', { Period: 90 }, 'ValidationException'],
  ['more than a day', { EvaluationPeriods: 1441 }, 'ValidationException'],
  ['more datapoints than periods', { DatapointsToAlarm: 2 }, 'ValidationException'],
  ['another treatment', { TreatMissingData: 'good' }, 'ValidationException'],
  ['a name that is too long', { AlarmName: 'a'.repeat(256) }, 'ValidationException'],
])('PutMetricAlarm > refuses %s', async (_what, more, code) => {
  const { cloudWatch } = await start();
  const { name, status } = await refusal(cloudWatch.putMetricAlarm(errorAlarm(more)));
  // The SDK names the shapes of the API model, and not the codes of the query protocol.
  expect([name, status]).toEqual([code, 400]);
});

test('DescribeAlarms > finds by name, prefix, state and type, page by page', async () => {
  const { cloudWatch, clock } = await start();
  for (const AlarmName of ['b', 'a', 'Other']) await cloudWatch.putMetricAlarm(errorAlarm({ AlarmName }));
  await cloudWatch.putCompositeAlarm({ AlarmName: 'all', AlarmRule: 'ALARM("a") OR NOT (OK(b) AND FALSE)' });
  clock.advance(61);
  const names = async (input: Parameters<typeof cloudWatch.describeAlarms>[0]): Promise<unknown[]> => {
    const { MetricAlarms = [], CompositeAlarms = [] } = await cloudWatch.describeAlarms(input);
    return [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName }) => AlarmName);
  };
  expect(await names({})).toEqual(['Other', 'a', 'b']);
  expect(await names({ AlarmTypes: ['CompositeAlarm', 'MetricAlarm'] })).toEqual(['Other', 'a', 'b', 'all']);
  expect(await names({ AlarmNames: ['a', 'all', 'none', 'other'] })).toEqual(['a']);
  expect(await names({ AlarmNamePrefix: 'O' })).toEqual(['Other']);
  expect(await names({ StateValue: 'ALARM', AlarmTypes: ['CompositeAlarm', 'MetricAlarm'] })).toEqual(['all']);
  const first = await cloudWatch.describeAlarms({ MaxRecords: 2 });
  expect(first.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['Other', 'a']);
  expect(await names({ MaxRecords: 2, NextToken: first.NextToken })).toEqual(['b']);
  expect((await refusal(cloudWatch.describeAlarms({ NextToken: 'none' }))).name).toBe('InvalidNextToken');
});

test('DeleteAlarms > deletes those that it knows, and is refused for the others', async () => {
  const { cloudWatch, simulator } = await start();
  await cloudWatch.putMetricAlarm(errorAlarm());
  expect(await refusal(cloudWatch.deleteAlarms({ AlarmNames: ['none', 'errors'] }))).toMatchObject({
    name: 'ResourceNotFound',
    status: 404,
  });
  expect(simulator.alarms()).toEqual([]);
  expect(simulator.effects({ name: 'errors' }).map(({ kind }) => kind)).toEqual(['alarm_put', 'alarm_deleted']);
  expect(simulator.calls({ operation: 'DeleteAlarms' })).toMatchObject([{ name: 'none,errors', code: 'ResourceNotFound' }]);
});

test('SetAlarmState > holds for seconds on a metric alarm, and until a child changes on a composite one', async () => {
  const { cloudWatch, clock, simulator } = await start();
  await cloudWatch.putMetricAlarm(errorAlarm());
  await cloudWatch.putCompositeAlarm({ AlarmName: 'all', AlarmRule: 'ALARM(errors)' });
  clock.advance(61);
  for (const AlarmName of ['errors', 'all']) {
    await cloudWatch.setAlarmState({ AlarmName, StateValue: 'ALARM', StateReason: 'a test' });
  }
  const states = (): string[] => simulator.alarms().map(({ name, state }) => `${name} ${state}`);
  expect(states()).toEqual(['all ALARM', 'errors ALARM']);
  clock.advance(9);
  expect(states()).toEqual(['all ALARM', 'errors ALARM']);
  clock.advance(2);
  expect(states()).toEqual(['all OK', 'errors OK']);
  await cloudWatch.setAlarmState({ AlarmName: 'all', StateValue: 'ALARM', StateReason: 'a test' });
  clock.advance(3600);
  expect(states()).toEqual(['all ALARM', 'errors OK']);
  expect((await refusal(cloudWatch.setAlarmState({ AlarmName: 'no', StateValue: 'OK', StateReason: '' }))).name).toBe(
    'ResourceNotFound',
  );
});

test('an alarm on the new fleet > sees its errors alone, and ends the rollout', async () => {
  const { sagemaker, cloudWatch, clock, simulator, invoke } = await start();
  const both = errorAlarm({ AlarmName: 'both' });
  await cloudWatch.putMetricAlarm({ ...both, Dimensions: both.Dimensions?.slice(0, 2), Threshold: 0.9 });
  await cloudWatch.putMetricAlarm(errorAlarm());
  await cloudWatch.putMetricAlarm(errorAlarm({ AlarmName: 'half', Dimensions: both.Dimensions?.slice(0, 1) }));
  simulator.setModelBehavior('two', { status: 500, body: 'boom' });
  await updateLive(sagemaker, canary(percent(50), 600, 'errors'));
  clock.advance(55);
  await invoke(40);
  clock.advance(59);
  expect(simulator.alarms().map(({ name, state }) => `${name} ${state}`)).toEqual(['both OK', 'errors OK', 'half OK']);
  // The rest of the minute, another one for the delay of the metric, and the next evaluation.
  clock.advance(10);
  expect(simulator.alarms().map(({ name, state }) => `${name} ${state}`)).toEqual(['both OK', 'errors ALARM', 'half OK']);
  expect(simulator.alarms()[1]?.reason).toContain('[1]');
  clock.advance(60);
  expect(await describeLive(sagemaker)).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'one' });
});

test('an alarm on the latency > compares microseconds', async () => {
  const { cloudWatch, clock, simulator, invoke } = await start({ settings: { metricDelaySeconds: 0 } });
  const { Dimensions } = errorAlarm();
  await cloudWatch.putMetricAlarm(
    errorAlarm({ MetricName: 'ModelLatency', Threshold: 15_000, Unit: 'Microseconds', Dimensions: Dimensions?.slice(0, 2) }),
  );
  simulator.setModelBehavior('one', { latencyMs: 20 });
  await invoke();
  clock.advance(61);
  expect(await stateOf(cloudWatch)).toBe('ALARM');
  simulator.setModelBehavior('one', null);
  await invoke();
  clock.advance(61);
  expect(await stateOf(cloudWatch)).toBe('OK');
});

test('an alarm that M of N datapoints trip > needs as many, and treats missing ones as it says', async () => {
  const { cloudWatch, clock, simulator, invoke } = await start({ settings: { metricDelaySeconds: 0, waitScale: 0.1 } });
  const Dimensions = errorAlarm().Dimensions?.slice(0, 2);
  const alarm = (AlarmName: string, TreatMissingData: string) =>
    errorAlarm({ AlarmName, TreatMissingData, Dimensions, EvaluationPeriods: 3, DatapointsToAlarm: 2 });
  for (const treat of ['breaching', 'ignore', 'missing', 'notBreaching']) await cloudWatch.putMetricAlarm(alarm(treat, treat));
  const states = (): string[] => simulator.alarms().map(({ state }) => state);
  clock.advance(6.1);
  expect(states()).toEqual(['ALARM', 'INSUFFICIENT_DATA', 'INSUFFICIENT_DATA', 'OK']);
  simulator.setModelBehavior('one', { status: 503 });
  await invoke();
  clock.advance(6);
  expect(states()).toEqual(['ALARM', 'INSUFFICIENT_DATA', 'OK', 'OK']);
  await invoke();
  clock.advance(6);
  expect(states()).toEqual(['ALARM', 'ALARM', 'ALARM', 'ALARM']);
  clock.advance(60);
  expect(states()).toEqual(['ALARM', 'ALARM', 'INSUFFICIENT_DATA', 'OK']);
});

test('a composite alarm > ends a rollout, and its rule is checked', async () => {
  const { sagemaker, cloudWatch, clock, simulator } = await start();
  await cloudWatch.putMetricAlarm(errorAlarm());
  for (const AlarmRule of ['ALARM(', 'ALARM(none)', 'BAD(errors)', 'ALARM(errors) ALARM(errors)']) {
    expect((await refusal(cloudWatch.putCompositeAlarm({ AlarmName: 'all', AlarmRule }))).status).toBeGreaterThanOrEqual(400);
  }
  await cloudWatch.putCompositeAlarm({ AlarmName: 'all', AlarmRule: 'ALARM(errors) AND (TRUE)' });
  await updateLive(sagemaker, canary(percent(50), 600, 'all'));
  clock.advance(100);
  simulator.forceAlarm('errors', { state: 'ALARM' });
  clock.advance(60);
  expect(await describeLive(sagemaker)).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'one' });
});

test('the control routes > list alarms, hold one in a state, and let it go', async () => {
  const { cloudWatch, clock, simulator } = await start();
  await cloudWatch.putMetricAlarm(errorAlarm());
  const control = async (path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${simulator.url}/_control/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return response.ok ? response.json() : response.status;
  };
  expect(await control('alarms/errors/state', { state: 'ALARM', reason: 'held' })).toMatchObject({
    state: 'ALARM',
    isForced: true,
  });
  clock.advance(3600);
  expect(await control('alarms')).toMatchObject({ alarms: [{ name: 'errors', state: 'ALARM', reason: 'held' }] });
  expect(await control('alarms/errors/state', { state: null })).toMatchObject({ state: 'OK', isForced: false });
  expect(await control('alarms/none/state', { state: 'OK' })).toBe(404);
  expect(await control('alarms/errors/state', { state: 'LOUD' })).toBe(422);
  expect(await control('health')).toMatchObject({ alarms: 1 });
});

test('CloudWatch > takes its own protocol only', async () => {
  const { simulator } = await start();
  const ask = async (target: string, type: string, scope: string): Promise<[number, string | null]> => {
    const response = await fetch(simulator.url, {
      method: 'POST',
      headers: {
        'x-amz-target': target,
        'content-type': type,
        authorization: `AWS4-HMAC-SHA256 Credential=A/20261126/us-east-1/${scope}/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: '{}',
    });
    return [response.status, response.headers.get('x-amzn-query-error')];
  };
  const target = 'GraniteServiceVersion20100801.DescribeAlarms';
  expect(await ask(target, 'application/x-amz-json-1.0', 'monitoring')).toEqual([200, null]);
  expect(await ask(target, 'application/x-amz-json-1.1', 'monitoring')).toEqual([400, 'UnknownOperationException;Sender']);
  expect(await ask(target, 'application/x-amz-json-1.0', 'sagemaker')).toEqual([400, 'IncompleteSignatureException;Sender']);
  expect(await ask('SageMaker.DescribeAlarms', 'application/x-amz-json-1.1', 'sagemaker')).toEqual([400, null]);
  expect((await createClient(simulator.url).listEndpoints({})).Endpoints).toHaveLength(1);
});
