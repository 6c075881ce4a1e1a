import type { Call, Output } from '../call.ts';
import { requireAlarm } from '../resources/alarm.ts';
import { withTransition } from '../resources/alarm-evaluation.ts';
import type { AlarmState } from '../state/alarm-records.ts';

/** "Often within seconds" a metric alarm returns to its real state, the API model says. */
const heldSeconds = 10;

/** A composite alarm keeps the state until one of its children changes. */
export function setAlarmState(
  { AlarmName, StateValue, StateReason }: { AlarmName: string; StateValue: AlarmState; StateReason: string },
  call: Call,
): Output {
  const { state, now, settings } = call;
  const alarm = requireAlarm(call, AlarmName);
  const forcedUntil = alarm.request.kind === 'metric' ? now + heldSeconds * 1000 * settings.waitScale : undefined;
  const set = withTransition({ ...alarm, forcedUntil }, { state: StateValue, reason: StateReason, at: now });
  state.commit({
    puts: [['alarms', AlarmName, set]],
    effects: [{ at: now, kind: 'alarm_state_set', name: AlarmName, detail: { state: StateValue } }],
  });
  return null;
}
