import type { Settings } from '../settings.ts';
import type { AlarmRecord } from '../state/alarm-records.ts';
import type { Put, State } from '../state/state.ts';
import { evaluated, transitionAt, withTransition } from './alarm-evaluation.ts';
import { readRule } from './alarm-rule.ts';

/** Evaluates all alarms up to now. */
export function settleAlarms(state: State, settings: Settings, now: number): void {
  if (state.alarms.size === 0) return;
  const changed = new Map<string, AlarmRecord>();
  for (const [key, alarm] of state.alarms) {
    const next = evaluated(alarm, state, settings, now);
    if (next !== alarm) changed.set(key, next);
  }
  const find = (name: string): AlarmRecord | undefined => changed.get(name) ?? state.alarms.get(name);
  for (const [key, alarm] of state.alarms) {
    const next = combined(alarm, find, now);
    if (next !== alarm) changed.set(key, next);
  }
  const puts: Put[] = [];
  for (const [key, alarm] of changed) {
    // How far it was evaluated can be found out again: only a change of its state is worth a line of the journal.
    if (alarm.history.length > 0 && alarm.history.at(-1) === state.alarms.get(key)?.history.at(-1)) state.alarms.set(key, alarm);
    else puts.push(['alarms', key, alarm]);
  }
  if (puts.length > 0) state.commit({ puts });
}

/** A composite alarm follows its children, at the instants at which they change; one that was set by hand stays until then. */
function combined(alarm: AlarmRecord, find: (name: string) => AlarmRecord | undefined, now: number): AlarmRecord {
  if (alarm.request.kind !== 'composite' || alarm.forcedUntil === null) return alarm;
  const rule = readRule(alarm.request.input.AlarmRule);
  const instants = rule.children
    .flatMap((name) => find(name)?.history ?? [])
    .map(({ at }) => at)
    .filter((at) => at > alarm.evaluatedAt && at <= now);
  // The first evaluation needs no change.
  if (alarm.evaluatedAt < alarm.configuredAt) instants.push(alarm.configuredAt);
  let reached = alarm;
  for (const at of instants.toSorted((a, b) => a - b)) {
    const isTrue = rule.isTrue((name) => {
      const child = find(name);
      return child === undefined ? null : transitionAt(child, at).state;
    });
    const state = isTrue ? 'ALARM' : 'OK';
    const reason = `The rule is ${isTrue ? 'true' : 'false'}: ${alarm.request.input.AlarmRule}`;
    if (reached.history.at(-1)?.state !== state) reached = withTransition(reached, { state, reason, at });
    reached = { ...reached, evaluatedAt: at };
  }
  return reached;
}
