import { z } from 'zod';
import type { SimulatorContext } from '../context.ts';
import { transitionAt, withTransition } from '../resources/alarm-evaluation.ts';
import type { AlarmRecord, AlarmState } from '../state/alarm-records.ts';
import type { State } from '../state/state.ts';
import { ControlError } from './control-error.ts';
import { firstParam, parsed, type ControlRequest, type Route } from './route.ts';

/** An alarm as tests look at it. */
export interface ListedAlarm {
  name: string;
  kind: 'metric' | 'composite';
  state: AlarmState;
  reason: string;
  tags: Record<string, string>;
  isForced: boolean;
}

const listed = (alarm: AlarmRecord, now: number): ListedAlarm => {
  const { state, reason } = transitionAt(alarm, now);
  const tags = Object.fromEntries(alarm.tags.map(({ Key, Value }) => [Key, Value]));
  return { name: alarm.name, kind: alarm.request.kind, state, reason, tags, isForced: alarm.forcedUntil === null };
};

export const listAlarms = (state: State, now: number): ListedAlarm[] =>
  [...state.alarms.values()].map((alarm) => listed(alarm, now)).toSorted((a, b) => (a.name < b.name ? -1 : 1));

const forcing = z.strictObject({
  /** null lets the metric, or the rule, decide again. */
  state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).nullable(),
  reason: z.string().max(1023).default('Set by a control route.'),
});

/** Holds an alarm in a state, which SetAlarmState does for a moment only. @throws {ControlError} 404 without it. */
export function forceAlarm(
  context: Pick<SimulatorContext, 'state' | 'now'>,
  name: string,
  forced: { state: AlarmState; reason?: string } | null,
): void {
  const alarm = context.state.alarms.get(name);
  if (!alarm) throw new ControlError(404, `no alarm ${name}`);
  const now = context.now();
  const set: AlarmRecord =
    forced === null
      ? { ...alarm, forcedUntil: alarm.request.kind === 'metric' ? now : undefined, evaluatedAt: now - 1, configuredAt: now }
      : withTransition(
          { ...alarm, forcedUntil: null },
          { state: forced.state, reason: forced.reason ?? 'Set by a control route.', at: now },
        );
  context.state.commit({
    puts: [['alarms', name, set]],
    effects: [{ at: now, kind: 'alarm_state_set', name, detail: { state: forced?.state ?? null } }],
  });
}

function setState(context: SimulatorContext, request: ControlRequest): object {
  const { state, reason } = parsed(forcing, request.body);
  const name = firstParam(request);
  forceAlarm(context, name, state === null ? null : { state, reason });
  context.settle();
  return listed(context.state.alarms.get(name)!, context.now());
}

export const alarmRoutes: Route[] = [
  {
    method: 'GET',
    path: '/_control/alarms',
    run: (context) => ({ alarms: listAlarms(context.state, context.now()) }),
  },
  { method: 'POST', path: '/_control/alarms/:name/state', run: setState },
];
