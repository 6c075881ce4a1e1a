import type { Call, Output } from '../call.ts';
import { putAlarm } from '../resources/alarm.ts';
import { requireMetricAlarm } from '../resources/metric-alarm-rules.ts';
import type { MetricAlarmRequest } from '../state/alarm-records.ts';

export function putMetricAlarm(input: MetricAlarmRequest, call: Call): Output {
  requireMetricAlarm(input);
  putAlarm(call, { kind: 'metric', input });
  return null;
}
