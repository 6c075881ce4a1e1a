import type { Settings } from '../settings.ts';
import type { AlarmRecord, AlarmTransition, MetricAlarmRequest } from '../state/alarm-records.ts';
import type { State } from '../state/state.ts';
import { bucketsOf, statisticOf } from './metric-series.ts';

/** How many evaluations are made up for at most, and how many transitions are kept. */
const mostEvaluations = 1000;
const mostTransitions = 100;

/** The state of an alarm at an instant since its creation. */
export const transitionAt = ({ history }: AlarmRecord, at: number): AlarmTransition =>
  history.findLast((transition) => transition.at <= at) ?? history[0]!;

export const withTransition = (alarm: AlarmRecord, transition: AlarmTransition): AlarmRecord => ({
  ...alarm,
  history: [...alarm.history, transition].slice(-mostTransitions),
});

/**
 * A metric alarm as it is now: CloudWatch evaluates it once a minute, or every 10 seconds for shorter periods, and does not while its
 * state is one that was set by hand. Returns the record itself when nothing was evaluated.
 */
export function evaluated(alarm: AlarmRecord, state: State, settings: Settings, now: number): AlarmRecord {
  if (alarm.request.kind !== 'metric' || alarm.forcedUntil === null) return alarm;
  const { input } = alarm.request;
  const from = Math.max(alarm.evaluatedAt, alarm.forcedUntil ?? -Infinity);
  const stepMs = ((input.Period ?? 60) < 60 ? 10_000 : 60_000) * settings.waitScale;
  const first = Math.floor(from / stepMs) + 1;
  const last = Math.floor(now / stepMs);
  const instants = alarm.forcedUntil !== undefined && alarm.forcedUntil <= now ? [alarm.forcedUntil] : [];
  for (let step = Math.max(first, last - mostEvaluations); step <= last; step += 1) instants.push(step * stepMs);
  if (instants.length === 0) return alarm;
  const buckets = bucketsOf(state, input);
  let reached: AlarmRecord = { ...alarm, evaluatedAt: instants.at(-1)!, forcedUntil: undefined };
  for (const at of instants) {
    const next = evaluateAt(input, buckets, settings, at);
    const { state: before } = reached.history.at(-1)!;
    if (next !== null && next.state !== before) reached = withTransition(reached, { ...next, at });
  }
  return reached;
}

type Verdict = Omit<AlarmTransition, 'at'>;

/** null keeps the state that the alarm has. */
function evaluateAt(
  input: MetricAlarmRequest,
  buckets: ReturnType<typeof bucketsOf>,
  { waitScale, metricDelaySeconds }: Settings,
  at: number,
): Verdict | null {
  const { Period = 60, EvaluationPeriods: periods = 1, Threshold = 0, TreatMissingData = 'missing' } = input;
  const needed = input.DatapointsToAlarm ?? periods;
  const periodMs = Period * 1000 * waitScale;
  const end = Math.floor((at - metricDelaySeconds * 1000 * waitScale) / periodMs) * periodMs;
  const values = Array.from({ length: periods }, (_, index) => {
    const from = end - (index + 1) * periodMs;
    // The bounds are multiples of a scaled second, which is no whole number of milliseconds.
    return statisticOf(
      buckets.filter(({ startAt }) => startAt >= from - 0.5 && startAt < from + periodMs - 0.5),
      input,
    );
  });
  const known = values.filter((value) => value !== null);
  const missing = periods - known.length;
  const breaching = known.filter((value) => isBreached(value, input)).length + (TreatMissingData === 'breaching' ? missing : 0);
  if (known.length === 0 && TreatMissingData === 'missing') {
    return { state: 'INSUFFICIENT_DATA', reason: `Insufficient Data: ${periods} datapoint(s) were unknown.` };
  }
  const shown = `${known.length === 0 ? 'no datapoints were received' : `[${known.join(', ')}]`} for ${periods} period(s)`;
  if (breaching >= needed) {
    return {
      state: 'ALARM',
      reason: `Threshold Crossed: ${breaching} out of the last ${periods} datapoints were breaching the threshold (${Threshold}): ${shown}.`,
    };
  }
  if (missing > 0 && TreatMissingData === 'ignore') return null;
  return { state: 'OK', reason: `Threshold Crossed: the datapoints were not breaching the threshold (${Threshold}): ${shown}.` };
}

function isBreached(value: number, { ComparisonOperator, Threshold = 0 }: MetricAlarmRequest): boolean {
  switch (ComparisonOperator) {
    case 'GreaterThanThreshold':
      return value > Threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= Threshold;
    case 'LessThanThreshold':
      return value < Threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= Threshold;
    default:
      return false;
  }
}
