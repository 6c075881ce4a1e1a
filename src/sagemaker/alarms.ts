import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import { SageMakerError } from '../core/errors.ts';
import { type Alarm, type Alarms, alarmStates } from '../ports/alarms.ts';
import type { LazyCaller } from './lazy-service.ts';
import { instant, required, tagList } from './response.ts';

/** Of DescribeAlarms and DeleteAlarms (docs/reference/sagemaker-behavior.md#describealarms-shows-composite-alarms-on-request). */
const mostNames = 100;

export const alarmCalls = (call: LazyCaller<typeof CloudWatch>): Alarms => ({
  async describeAlarms(names, options) {
    const found: Alarm[] = [];
    for (const AlarmNames of chunks(names)) {
      let NextToken: string | undefined;
      do {
        const input: CloudWatch.DescribeAlarmsCommandInput = {
          AlarmNames,
          AlarmTypes: ['CompositeAlarm', 'MetricAlarm'],
          MaxRecords: mostNames,
          NextToken,
        };
        const page = await call<CloudWatch.DescribeAlarmsCommandOutput>(
          'DescribeAlarms',
          ({ DescribeAlarmsCommand }) => new DescribeAlarmsCommand(input),
          options,
        );
        found.push(...[...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])].map(alarmOf));
        NextToken = page.NextToken || undefined;
      } while (NextToken !== undefined);
    }
    return found;
  },

  async listAlarms(AlarmNamePrefix, options) {
    const found: { name: string; configuredAt: number | null }[] = [];
    let NextToken: string | undefined;
    do {
      const input: CloudWatch.DescribeAlarmsCommandInput = {
        AlarmNamePrefix,
        AlarmTypes: ['MetricAlarm'],
        MaxRecords: mostNames,
        NextToken,
      };
      const page = await call<CloudWatch.DescribeAlarmsCommandOutput>(
        'DescribeAlarms',
        ({ DescribeAlarmsCommand }) => new DescribeAlarmsCommand(input),
        options,
      );
      for (const alarm of page.MetricAlarms ?? []) {
        const name = required(alarm.AlarmName, 'DescribeAlarms', 'AlarmName');
        found.push({ name, configuredAt: instant(alarm.AlarmConfigurationUpdatedTimestamp) });
      }
      NextToken = page.NextToken || undefined;
    } while (NextToken !== undefined);
    return found;
  },

  async putMetricAlarm(request, tags, options) {
    const input = Object({ ...request, Tags: tagList(tags) }) as CloudWatch.PutMetricAlarmCommandInput;
    await call('PutMetricAlarm', ({ PutMetricAlarmCommand }) => new PutMetricAlarmCommand(input), options);
  },

  /** With unknown names CloudWatch refuses the request after it has deleted the others. */
  async deleteAlarms(names, options) {
    for (const AlarmNames of chunks(names)) {
      try {
        await call('DeleteAlarms', ({ DeleteAlarmsCommand }) => new DeleteAlarmsCommand({ AlarmNames }), options);
      } catch (error) {
        if (!(error instanceof SageMakerError && error.kind === 'not_found')) throw error;
      }
    }
  },

  async setAlarmState({ name, state, reason }, options) {
    const input: CloudWatch.SetAlarmStateCommandInput = { AlarmName: name, StateValue: state, StateReason: reason };
    await call('SetAlarmState', ({ SetAlarmStateCommand }) => new SetAlarmStateCommand(input), options);
  },
});

function alarmOf(alarm: CloudWatch.MetricAlarm | CloudWatch.CompositeAlarm): Alarm {
  const operation = 'DescribeAlarms';
  return {
    name: required(alarm.AlarmName, operation, 'AlarmName'),
    state: required(
      alarmStates.find((state) => state === alarm.StateValue),
      operation,
      'StateValue',
    ),
    stateReason: alarm.StateReason ?? null,
    stateUpdatedAt: instant(alarm.StateUpdatedTimestamp),
  };
}

function* chunks(names: readonly string[]): Iterable<string[]> {
  for (let from = 0; from < names.length; from += mostNames) yield names.slice(from, from + mostNames);
}
