import type { Call, Output } from '../call.ts';
import { alarmNotFound } from '../resources/alarm.ts';
import type { Put } from '../state/state.ts';

/** Deletes those that there are; unknown names are an error all the same. */
export function deleteAlarms({ AlarmNames }: { AlarmNames: string[] }, { state, now }: Call): Output {
  const names = [...new Set(AlarmNames)];
  const known = names.filter((name) => state.alarms.has(name));
  state.commit({
    puts: known.map((name): Put => ['alarms', name, null]),
    effects: known.map((name) => ({ at: now, kind: 'alarm_deleted', name })),
  });
  if (known.length < names.length) throw alarmNotFound(names.filter((name) => !known.includes(name)));
  return null;
}
