import type { Settings } from '../settings.ts';
import type { EndpointPhase, EndpointRecord } from '../state/records.ts';
import { keyOf, type State } from '../state/state.ts';
import { begun } from '../state/timeline.ts';
import { rollBack } from './rollout.ts';
import { settleAlarms } from './settle-alarms.ts';

/** Whatever alarms have made of the rollouts up to now. To be called before anything is shown or changed. */
export function settle(state: State, settings: Settings, now: number): void {
  settleAlarms(state, settings, now);
  for (const key of state.rollouts) {
    const endpoint = state.endpoints.get(key);
    if (endpoint) settleRollout(state, endpoint, now);
  }
}

/** An alarm that is in ALARM in a bake, at whatever instant of it, moves all traffic back to the old fleet at that instant. */
function settleRollout(state: State, endpoint: EndpointRecord, now: number): void {
  const { rollout, timeline } = endpoint;
  if (!rollout) return;
  for (const [index, phase] of begun(timeline, now).entries()) {
    if (!isBaking(phase)) continue;
    const alarm = firstInAlarm(state, rollout.alarmNames, phase.startAt);
    if (alarm === null || alarm.at > now || alarm.at >= (timeline[index + 1]?.startAt ?? Infinity)) continue;
    const back = rollBack(phase, rollout, alarm.at, rollout.reason);
    state.commit({
      puts: [
        ['endpoints', keyOf(endpoint.name), { ...endpoint, rollout: null, timeline: [...timeline.slice(0, index + 1), ...back] }],
      ],
      effects: [{ at: alarm.at, kind: 'rollout_alarmed', name: endpoint.name, detail: { alarm: alarm.name } }],
    });
    return;
  }
  const last = timeline.at(-1);
  // Nothing of it is left that an alarm could end.
  if (last && last.startAt <= now) state.commit({ puts: [['endpoints', keyOf(endpoint.name), { ...endpoint, rollout: null }]] });
}

const isBaking = ({ status, pending }: EndpointPhase): boolean =>
  status === 'Updating' && (pending?.variants.some(({ stages }) => stages?.some((stage) => stage.status === 'Baking')) ?? false);

/** When the first of them was in ALARM from an instant on, if any was. */
function firstInAlarm(state: State, names: string[], from: number): { name: string; at: number } | null {
  let first: { name: string; at: number } | null = null;
  for (const name of names) {
    const history = state.alarms.get(name)?.history ?? [];
    for (const [index, transition] of history.entries()) {
      const until = history[index + 1]?.at ?? Infinity;
      const at = Math.max(transition.at, from);
      if (transition.state === 'ALARM' && at < until && at < (first?.at ?? Infinity)) first = { name, at };
    }
  }
  return first;
}
