import type { DeliveryPolicy, GateRule } from '../delivery/policy.ts';

export const verdicts = ['passed', 'failed', 'unclear'] as const;
export type Verdict = (typeof verdicts)[number];

/** What a gate found. It is JSON, and the `gate` of a deployment as users see it. */
export interface GateResult {
  readonly verdict: Verdict;
  /** The training that serves, with whose metrics the candidate's were compared; null where nothing serves. */
  readonly against: string | null;
  /** In the order of the policy. */
  readonly rules: readonly RuleResult[];
}

export interface RuleResult {
  readonly metric: string;
  /** `at least 0.8`, `at least what serves + 0.01` */
  readonly rule: string;
  /** Of the candidate; null where it has none that is a finite number. */
  readonly value: number | null;
  /** The same of what serves; null also for a rule that compares with nothing. */
  readonly baseline: number | null;
  /** What the value is held against; null where there is nothing to compare with. */
  readonly threshold: number | null;
  readonly verdict: Verdict;
  /** `0.79 is below 0.8` */
  readonly reason: string;
}

/** A training and its metrics, as SageMaker showed them at its end. */
export interface Measured {
  readonly trainingJobName: string;
  readonly metrics: Readonly<Record<string, number | null>> | null;
}

/**
 * Judges a candidate by the rules of the policy's gate; null without a gate. `live` is what serves at this moment, and null where nothing
 * does: comparisons pass then, and also where the candidate itself serves. A metric that either side lacks, or whose value is no finite
 * number, leaves its rule unclear. One failed rule fails the gate; else one unclear rule leaves it unclear.
 */
export function decideGate(
  { gate }: Pick<DeliveryPolicy, 'gate'>,
  candidate: Measured,
  live: Measured | null,
): GateResult | null {
  if (gate === null) return null;
  const against = live === null || live.trainingJobName === candidate.trainingJobName ? null : live;
  const rules = gate.rules.map((rule) => judge(rule, candidate, against, live === null ? 'nothing serves' : 'it serves already'));
  const verdict = (['failed', 'unclear'] as const).find((one) => rules.some((rule) => rule.verdict === one)) ?? 'passed';
  return { verdict, against: against?.trainingJobName ?? null, rules };
}

function judge(rule: GateRule, candidate: Measured, live: Measured | null, withoutLive: string): RuleResult {
  const value = metricOf(candidate, rule.metric);
  const baseline = 'better' in rule && live !== null ? metricOf(live, rule.metric) : null;
  const threshold = thresholdOf(rule, baseline);
  const known = { metric: rule.metric, rule: inWords(rule), value, baseline, threshold };
  if (value === null) return { ...known, verdict: 'unclear', reason: `the training has no finite number for ${rule.metric}` };
  if ('better' in rule && live === null)
    return { ...known, verdict: 'passed', reason: `nothing to compare ${value} with: ${withoutLive}` };
  if (threshold === null)
    return {
      ...known,
      verdict: 'unclear',
      reason: `${live?.trainingJobName ?? ''}, which serves, has no finite number for ${rule.metric}`,
    };
  const order = compare(value, threshold, scaleOf(rule, value, threshold, baseline));
  const wrong = wantsMore(rule) ? -1 : 1;
  const words = order === 0 ? 'equals' : order > 0 ? 'is above' : 'is below';
  return { ...known, verdict: order === wrong ? 'failed' : 'passed', reason: `${value} ${words} ${threshold}` };
}

/** A metric may be called `constructor`. */
function metricOf({ metrics }: Measured, name: string): number | null {
  const value = metrics !== null && Object.hasOwn(metrics, name) ? metrics[name] : null;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

const wantsMore = (rule: GateRule): boolean => ('better' in rule ? rule.better === 'higher' : 'atLeast' in rule);

function thresholdOf(rule: GateRule, baseline: number | null): number | null {
  if ('atLeast' in rule) return rule.atLeast;
  if ('atMost' in rule) return rule.atMost;
  if (baseline === null) return null;
  return readable(rule.better === 'higher' ? baseline + rule.improveBy : baseline - rule.improveBy);
}

function inWords(rule: GateRule): string {
  if ('atLeast' in rule) return `at least ${rule.atLeast}`;
  if ('atMost' in rule) return `at most ${rule.atMost}`;
  const [bound, sign] = rule.better === 'higher' ? ['at least', '+'] : ['at most', '-'];
  return `${bound} what serves${rule.improveBy === 0 ? '' : ` ${sign} ${rule.improveBy}`}`;
}

/** 0.1 + 0.2 is 0.3. */
const readable = (value: number): number => Number(value.toPrecision(15));

/** The largest number in the reckoning: how exact the result can be follows from it. */
const scaleOf = (rule: GateRule, value: number, threshold: number, baseline: number | null): number =>
  Math.max(Math.abs(value), Math.abs(threshold), Math.abs(baseline ?? 0), 'improveBy' in rule ? rule.improveBy : 0);

/**
 * SageMaker keeps metrics as 32-bit floats: 0.9 comes as 0.8999999761581421
 * (docs/reference/sagemaker-behavior.md#metrics-are-32-bit-floats). What differs by less than two of their steps is equal.
 */
const floatStep = 2 ** -23;

function compare(value: number, threshold: number, scale: number): -1 | 0 | 1 {
  if (Math.abs(value - threshold) <= 2 * floatStep * scale) return 0;
  return value < threshold ? -1 : 1;
}
