import { AwsError } from '../aws-error.ts';
import type { Call, Output } from '../call.ts';
import { alarmView } from '../resources/alarm.ts';
import { transitionAt } from '../resources/alarm-evaluation.ts';
import { readRule } from '../resources/alarm-rule.ts';
import { compare, hashQuery, readToken, writeToken, type Position } from '../resources/page-token.ts';
import type { AlarmRecord, AlarmState } from '../state/alarm-records.ts';

interface Input {
  AlarmNames?: string[];
  AlarmNamePrefix?: string;
  AlarmTypes?: string[];
  ChildrenOfAlarmName?: string;
  ParentsOfAlarmName?: string;
  StateValue?: AlarmState;
  ActionPrefix?: string;
  MaxRecords?: number;
  NextToken?: string;
}

/** The default of MaxRecords. */
const defaultPage = 50;

/** Metric alarms only, unless AlarmTypes names composite ones. Names that are unknown are left out. */
export function describeAlarms(input: Input, { state, now }: Call): Output {
  if (input.AlarmNames !== undefined && input.AlarmNamePrefix !== undefined) {
    throw new AwsError('InvalidParameterCombination', 'AlarmNames and AlarmNamePrefix cannot be specified together.');
  }
  const { MaxRecords = defaultPage, NextToken, ...filters } = input;
  const query = hashQuery({ ...filters, NextToken });
  const after = NextToken === undefined ? null : readAlarmToken(NextToken, query);
  const matching = [...state.alarms.values()]
    .filter((alarm) => matches(alarm, filters, now))
    .map((alarm): { at: Position; alarm: AlarmRecord } => ({ at: [alarm.name, ''], alarm }))
    .filter(({ at }) => after === null || compare(at, after) > 0)
    .toSorted((a, b) => compare(a.at, b.at));
  const page = matching.slice(0, MaxRecords);
  const last = page.at(-1);
  const views = (kind: AlarmRecord['request']['kind']): object[] =>
    page.filter(({ alarm }) => alarm.request.kind === kind).map(({ alarm }) => alarmView(alarm, now));
  return {
    MetricAlarms: views('metric'),
    CompositeAlarms: views('composite'),
    NextToken: last !== undefined && matching.length > MaxRecords ? writeToken(last.at, query) : undefined,
  };
}

function matches(alarm: AlarmRecord, input: Input, now: number): boolean {
  const {
    AlarmNames,
    AlarmNamePrefix = '',
    AlarmTypes,
    ChildrenOfAlarmName,
    ParentsOfAlarmName,
    StateValue,
    ActionPrefix,
  } = input;
  const { name, request } = alarm;
  // Family relations are of both kinds.
  if (ParentsOfAlarmName !== undefined) {
    return request.kind === 'composite' && readRule(request.input.AlarmRule).children.includes(ParentsOfAlarmName);
  }
  const types = AlarmTypes ?? ['MetricAlarm'];
  return (
    ChildrenOfAlarmName === undefined &&
    types.includes(request.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm') &&
    (AlarmNames === undefined || AlarmNames.length === 0 || AlarmNames.includes(name)) &&
    name.startsWith(AlarmNamePrefix) &&
    (StateValue === undefined || transitionAt(alarm, now).state === StateValue) &&
    (ActionPrefix === undefined || (request.input.AlarmActions ?? []).some((action) => action.startsWith(ActionPrefix)))
  );
}

function readAlarmToken(token: string, query: string): Position {
  try {
    return readToken(token, query);
  } catch (error) {
    if (error instanceof AwsError) throw new AwsError('InvalidNextToken', 'The next token is invalid.');
    throw error;
  }
}
