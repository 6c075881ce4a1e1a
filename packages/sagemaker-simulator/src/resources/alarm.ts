import { AwsError } from '../aws-error.ts';
import { epochSeconds, type Call } from '../call.ts';
import type { AlarmRecord, CompositeAlarmRequest, MetricAlarmRequest } from '../state/alarm-records.ts';
import { transitionAt } from './alarm-evaluation.ts';
import { mergedTags } from './tags.ts';

/** @throws {AwsError} ResourceNotFound, HTTP 404. */
export function requireAlarm({ state }: Call, name: string): AlarmRecord {
  const alarm = state.alarms.get(name);
  if (!alarm) throw alarmNotFound([name]);
  return alarm;
}

/** The wording is made up. */
export const alarmNotFound = (names: string[]): AwsError =>
  new AwsError('ResourceNotFound', `Alarms not found: ${names.join(', ')}`, 404);

/** A new alarm has no data yet; one that is replaced keeps its state until the next evaluation, and its tags. */
export function putAlarm({ state, now, region, accountId }: Call, request: AlarmRecord['request']): void {
  const { AlarmName: name, Tags } = request.input;
  const before = state.alarms.get(name);
  const alarm: AlarmRecord = {
    name,
    arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`,
    createdAt: before?.createdAt ?? now,
    configuredAt: now,
    tags: before?.tags ?? mergedTags([], Tags),
    request,
    history: before?.history ?? [{ state: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation', at: now }],
    evaluatedAt: request.kind === 'metric' ? now : now - 1,
    forcedUntil: before?.forcedUntil,
  };
  const detail = { isNew: before === undefined, tags: Object.fromEntries(alarm.tags.map(({ Key, Value }) => [Key, Value])) };
  state.commit({ puts: [['alarms', name, alarm]], effects: [{ at: now, kind: 'alarm_put', name, detail }] });
}

/** As DescribeAlarms shows it. */
export function alarmView(alarm: AlarmRecord, now: number): object {
  const { state, reason, at } = transitionAt(alarm, now);
  const { Tags: _tags, ...input }: MetricAlarmRequest | CompositeAlarmRequest = alarm.request.input;
  const { ActionsEnabled = true, AlarmActions = [] } = input;
  return {
    OKActions: [],
    InsufficientDataActions: [],
    ...(alarm.request.kind === 'metric' && alarm.request.input.MetricName !== undefined ? { Dimensions: [] } : {}),
    ...input,
    AlarmArn: alarm.arn,
    ActionsEnabled,
    AlarmActions,
    AlarmConfigurationUpdatedTimestamp: epochSeconds(alarm.configuredAt),
    StateValue: state,
    StateReason: reason,
    StateUpdatedTimestamp: epochSeconds(at),
    StateTransitionedTimestamp: epochSeconds(at),
  };
}
