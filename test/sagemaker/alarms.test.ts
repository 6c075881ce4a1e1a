import { execFileSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { createSageMaker } from '../../src/sagemaker/sagemaker.ts';
import { createAlarmClient } from '../../tools/testkit/simulator.ts';
import { connect, failure } from './harness.ts';

const alarm = (AlarmName: string, more: object = {}) => ({
  AlarmName,
  Namespace: 'AWS/SageMaker',
  MetricName: 'Invocation5XXErrors',
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0.01,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
  ...more,
});

describe('putMetricAlarm and describeAlarms', () => {
  it('make an alarm with its tags, replace it, and find metric and composite ones by name', async () => {
    const { sagemaker, simulator, clock, reported } = await connect();
    const { alarms } = sagemaker;
    await alarms.putMetricAlarm(alarm('errors'), { 'autodeploy:project': 'p' });
    await alarms.putMetricAlarm(alarm('errors', { Threshold: 0.02 }), {});
    await createAlarmClient(simulator.url).putCompositeAlarm({ AlarmName: 'any', AlarmRule: 'ALARM(errors)' });
    expect(await alarms.describeAlarms(['errors', 'any', 'none'])).toEqual([
      {
        name: 'errors',
        state: 'INSUFFICIENT_DATA',
        stateReason: 'Unchecked: Initial alarm creation',
        stateUpdatedAt: clock.now,
      },
      { name: 'any', state: 'OK', stateReason: 'The rule is false: ALARM(errors)', stateUpdatedAt: clock.now },
    ]);
    expect(simulator.alarms()).toMatchObject([{ name: 'any' }, { name: 'errors', tags: { 'autodeploy:project': 'p' } }]);
    expect(reported).toEqual(['PutMetricAlarm ok', 'PutMetricAlarm ok', 'DescribeAlarms ok']);
  });

  it('ask for no more than a hundred names at a time', async () => {
    const { sagemaker, simulator } = await connect();
    const names = Array.from({ length: 101 }, (_, index) => `alarm-${index}`);
    await Promise.all(names.map((name) => sagemaker.alarms.putMetricAlarm(alarm(name), {})));
    expect(await sagemaker.alarms.describeAlarms(names)).toHaveLength(101);
    await sagemaker.alarms.deleteAlarms(names);
    expect(simulator.alarms()).toEqual([]);
    expect(await sagemaker.alarms.describeAlarms([])).toEqual([]);
    expect(simulator.calls({ operation: 'DescribeAlarms' })).toHaveLength(2);
    expect(simulator.calls({ operation: 'DeleteAlarms' })).toHaveLength(2);
  });
});

describe('deleteAlarms', () => {
  it('deletes those that there are, and does not mind the others', async () => {
    const { sagemaker, simulator } = await connect();
    await sagemaker.alarms.putMetricAlarm(alarm('one'), {});
    await sagemaker.alarms.deleteAlarms(['none', 'one']);
    await sagemaker.alarms.deleteAlarms(['none', 'one']);
    expect(simulator.alarms()).toEqual([]);
  });
});

describe('setAlarmState', () => {
  it('sets a state for a moment, and fails without such an alarm', async () => {
    const { sagemaker } = await connect();
    await sagemaker.alarms.putMetricAlarm(alarm('errors'), {});
    await sagemaker.alarms.setAlarmState({ name: 'errors', state: 'ALARM', reason: 'aborted by ann' });
    expect(await sagemaker.alarms.describeAlarms(['errors'])).toMatchObject([{ state: 'ALARM', stateReason: 'aborted by ann' }]);
    const set = sagemaker.alarms.setAlarmState({ name: 'none', state: 'ALARM', reason: 'x' });
    expect(await failure(set)).toMatchObject({ kind: 'not_found', operation: 'SetAlarmState', effect: 'none' });
  });
});

describe('a call to CloudWatch', () => {
  it.each([
    [{ Period: 61 }, 'invalid', 'Period must be 10, 20, 30, or a multiple of 60.'],
    [{ Threshold: undefined }, 'invalid', 'The parameter Threshold is required.'],
    [{ ExtendedStatistic: 'p99' }, 'invalid', 'Exactly one of Statistic and ExtendedStatistic must be specified.'],
  ])('is refused as %o', async (more, kind, message) => {
    const { sagemaker } = await connect();
    const refused = await failure(sagemaker.alarms.putMetricAlarm(alarm('errors', more), {}));
    expect(refused).toMatchObject({ kind, message, operation: 'PutMetricAlarm', effect: 'none' });
    expect(refused.requestId).toMatch(/^[\da-f-]{36}$/);
  });

  it.each([
    [{ status: 400, code: 'LimitExceeded', message: 'too many alarms' }, 'quota'],
    [
      { status: 403, code: 'AccessDenied', message: 'User: x is not authorized to perform: cloudwatch:PutMetricAlarm' },
      'access_denied',
    ],
    [{ status: 400, code: 'Throttling', message: 'Rate exceeded' }, 'throttled'],
    [{ status: 500, code: 'InternalServiceError', message: 'broken' }, 'unavailable'],
  ])('fails as %o', async (fault, kind) => {
    const { sagemaker, simulator } = await connect();
    simulator.addFault({ kind: 'error', times: 'forever', match: { operation: 'PutMetricAlarm' }, ...fault });
    const put = sagemaker.alarms.putMetricAlarm(alarm('errors'), {}, { retryThrottles: false, retryIndeterminate: false });
    expect(await failure(put)).toMatchObject({ kind });
  });

  it('is not sent when beforeSend throws, and is repeated when its response is lost', async () => {
    const { sagemaker, simulator, reported } = await connect();
    const beforeSend = vi.fn<() => Promise<void>>(() => Promise.reject(new Error('lost the claim')));
    await expect(sagemaker.alarms.putMetricAlarm(alarm('errors'), {}, { beforeSend })).rejects.toThrow('lost the claim');
    expect(simulator.calls()).toEqual([]);
    simulator.addFault({ kind: 'lose_response', match: { operation: 'PutMetricAlarm' } });
    await sagemaker.alarms.putMetricAlarm(alarm('errors'), {});
    expect(reported).toEqual(['PutMetricAlarm vetoed', 'PutMetricAlarm ok']);
    expect(simulator.effects({ kind: 'alarm_put' }).map(({ detail }) => detail?.['isNew'])).toEqual([true, false]);
  });

  it('goes to the address of AWS_ENDPOINT_URL_CLOUDWATCH', async () => {
    const { simulator } = await connect();
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDWATCH', simulator.url);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
    const sagemaker = createSageMaker({ random: () => 0 });
    try {
      await sagemaker.alarms.putMetricAlarm(alarm('errors'), {});
      expect(simulator.alarms()).toHaveLength(1);
    } finally {
      sagemaker.close();
      vi.unstubAllEnvs();
    }
  });
});

describe('createSageMaker', () => {
  it('loads the SDKs of CloudWatch and the runtime at the first call only', () => {
    const program = `
      import { createRequire } from 'node:module';
      import { createSageMaker } from './src/sagemaker/sagemaker.ts';
      const loaded = () => ['client-cloudwatch', 'client-sagemaker-runtime']
        .filter((name) => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes(name)));
      const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
      const sagemaker = createSageMaker({ client: { endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials } });
      const before = loaded();
      await sagemaker.alarms.describeAlarms(['a'], { maxWaitMs: 1, retryThrottles: false }).catch(() => {});
      console.log(JSON.stringify([before, loaded()]));
      sagemaker.close();
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual([[], ['client-cloudwatch']]);
  });
});
