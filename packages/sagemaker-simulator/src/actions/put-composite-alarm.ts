import type { Call, Output } from '../call.ts';
import { putAlarm, requireAlarm } from '../resources/alarm.ts';
import { readRule } from '../resources/alarm-rule.ts';
import type { CompositeAlarmRequest } from '../state/alarm-records.ts';

/** Its children must exist. */
export function putCompositeAlarm(input: CompositeAlarmRequest, call: Call): Output {
  for (const child of readRule(input.AlarmRule).children) requireAlarm(call, child);
  putAlarm(call, { kind: 'composite', input });
  return null;
}
