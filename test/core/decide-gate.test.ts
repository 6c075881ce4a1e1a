import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noPolicy, type GateRule } from '../../src/core/delivery/policy.ts';
import { decideGate, type GateResult, type Measured, type Verdict } from '../../src/core/deployment/decide-gate.ts';

const candidate = (metrics: Measured['metrics']): Measured => ({ trainingJobName: 'new', metrics });
const serving = (metrics: Measured['metrics']): Measured => ({ trainingJobName: 'old', metrics });

/** @throws {Error} without a result */
function judge(rules: readonly GateRule[], metrics: Measured['metrics'], live: Measured | null): GateResult {
  const result = decideGate({ gate: { rules, onMissing: 'reject' } }, candidate(metrics), live);
  if (result === null) throw new Error('no result');
  return result;
}

const verdictOf = (rule: GateRule, value: number | null, live: Measured | null = null): string =>
  judge([rule], { m: value }, live).verdict;

const higher = (improveBy = 0): GateRule => ({ metric: 'm', better: 'higher', improveBy });
const lower = (improveBy = 0): GateRule => ({ metric: 'm', better: 'lower', improveBy });

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
/** A difference that 32 bits can hold. */
const step = fc.double({ min: 0.01, max: 1e6, noNaN: true });

describe('decideGate', () => {
  it('returns null without a gate', () => {
    expect(decideGate(noPolicy, candidate({ m: 1 }), serving({ m: 2 }))).toBe(null);
  });

  it('shows the whole reckoning', () => {
    const rules: GateRule[] = [
      { metric: 'accuracy', atLeast: 0.8 },
      { metric: 'loss', atMost: 0.3 },
      { metric: 'accuracy', better: 'higher', improveBy: 0.01 },
      { metric: 'loss', better: 'lower', improveBy: 0 },
      { metric: 'f1', better: 'higher', improveBy: 0 },
      { metric: 'recall', atLeast: 0.5 },
    ];
    expect(judge(rules, { accuracy: 0.9, loss: 0.4, f1: 0.7 }, serving({ accuracy: 0.89, loss: 0.35 }))).toEqual({
      verdict: 'failed',
      against: 'old',
      rules: [
        {
          metric: 'accuracy',
          rule: 'at least 0.8',
          value: 0.9,
          baseline: null,
          threshold: 0.8,
          verdict: 'passed',
          reason: '0.9 is above 0.8',
        },
        {
          metric: 'loss',
          rule: 'at most 0.3',
          value: 0.4,
          baseline: null,
          threshold: 0.3,
          verdict: 'failed',
          reason: '0.4 is above 0.3',
        },
        {
          metric: 'accuracy',
          rule: 'at least what serves + 0.01',
          value: 0.9,
          baseline: 0.89,
          threshold: 0.9,
          verdict: 'passed',
          reason: '0.9 equals 0.9',
        },
        {
          metric: 'loss',
          rule: 'at most what serves',
          value: 0.4,
          baseline: 0.35,
          threshold: 0.35,
          verdict: 'failed',
          reason: '0.4 is above 0.35',
        },
        {
          metric: 'f1',
          rule: 'at least what serves',
          value: 0.7,
          baseline: null,
          threshold: null,
          verdict: 'unclear',
          reason: 'old, which serves, has no finite number for f1',
        },
        {
          metric: 'recall',
          rule: 'at least 0.5',
          value: null,
          baseline: null,
          threshold: 0.5,
          verdict: 'unclear',
          reason: 'the training has no finite number for recall',
        },
      ],
    });
  });

  it('passes comparisons where nothing serves, and where the candidate itself serves', () => {
    expect(judge([higher(1)], { m: 1 }, null)).toMatchObject({
      verdict: 'passed',
      against: null,
      rules: [{ threshold: null, reason: 'nothing to compare 1 with: nothing serves' }],
    });
    expect(judge([lower(1)], { m: 1 }, { trainingJobName: 'new', metrics: { m: 1 } })).toMatchObject({
      verdict: 'passed',
      rules: [{ baseline: null, reason: 'nothing to compare 1 with: it serves already' }],
    });
    expect(verdictOf({ metric: 'm', atLeast: 2 }, 1)).toBe('failed');
  });

  it('is unclear where either side lacks the metric, or it is no finite number', () => {
    for (const odd of [null, NaN, Infinity, -Infinity]) {
      for (const rule of [higher(), lower(), { metric: 'm', atLeast: 0 }, { metric: 'm', atMost: 0 }]) {
        expect(verdictOf(rule, odd)).toBe('unclear');
        expect(verdictOf(rule, odd, serving({ m: 1 }))).toBe('unclear');
      }
      expect(verdictOf(higher(), 1, serving({ m: odd }))).toBe('unclear');
    }
    for (const metrics of [null, {}]) {
      expect(judge([higher()], metrics, null).verdict).toBe('unclear');
      expect(verdictOf(lower(), 1, serving(metrics))).toBe('unclear');
      expect(judge([{ metric: 'constructor', atLeast: 0 }], metrics, null).verdict).toBe('unclear');
    }
  });

  it.each([
    [{ metric: 'm', atLeast: 0.9 }, Math.fround(0.9), 'passed'],
    [{ metric: 'm', atLeast: 0.9 }, 0.89999, 'failed'],
    [{ metric: 'm', atMost: 0.8 }, Math.fround(0.8), 'passed'],
    [{ metric: 'm', atMost: 0.8 }, 0.80001, 'failed'],
    [{ metric: 'm', atMost: 0 }, 1e-30, 'failed'],
    [{ metric: 'm', atLeast: 0 }, 0, 'passed'],
  ] as const)('knows that %j holds for a 32-bit float such as %f: %s', (rule, value, verdict) => {
    expect(verdictOf(rule, value)).toBe(verdict);
  });

  it('reaches a threshold that single precision rounds away from', () => {
    const rule = higher(0.05);
    for (let percent = 1; percent < 95; percent += 1)
      expect(verdictOf(rule, Math.fround((percent + 5) / 100), serving({ m: Math.fround(percent / 100) }))).toBe('passed');
  });

  it('lets equal pass where nothing has to improve, in both directions', () => {
    fc.assert(
      fc.property(finite, (value) => {
        expect(verdictOf(higher(), value, serving({ m: value }))).toBe('passed');
        expect(verdictOf(lower(), value, serving({ m: value }))).toBe('passed');
      }),
    );
  });

  it('passes exactly one direction for values that differ', () => {
    fc.assert(
      fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), step, (baseline, more) => {
        const live = serving({ m: baseline });
        expect(verdictOf(higher(), baseline + more, live)).toBe('passed');
        expect(verdictOf(lower(), baseline + more, live)).toBe('failed');
        expect(verdictOf(higher(), baseline - more, live)).toBe('failed');
        expect(verdictOf(lower(), baseline - more, live)).toBe('passed');
      }),
    );
  });

  it('never fails a better value than one that passes', () => {
    fc.assert(
      fc.property(finite, fc.option(finite), fc.nat(1000), finite, finite, (bound, baseline, improveBy, one, other) => {
        const live = baseline === null ? null : serving({ m: baseline });
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        const failsBetter = (rule: GateRule, worse: number, better: number): boolean =>
          verdictOf(rule, worse, live) === 'passed' && verdictOf(rule, better, live) !== 'passed';
        for (const rule of [{ metric: 'm', atLeast: bound }, higher(improveBy)])
          expect(failsBetter(rule, less, more)).toBe(false);
        for (const rule of [{ metric: 'm', atMost: bound }, lower(improveBy)]) expect(failsBetter(rule, more, less)).toBe(false);
      }),
    );
  });

  it('is failed by one failed rule, else unclear by one unclear rule, in any order', () => {
    const rules: Record<Verdict, GateRule> = {
      passed: { metric: 'm', atLeast: 0 },
      failed: { metric: 'm', atLeast: 2 },
      unclear: { metric: 'none', atLeast: 0 },
    };
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Verdict>('passed', 'failed', 'unclear'), { minLength: 1, maxLength: 6 }), (kinds) => {
        const wanted = (['failed', 'unclear', 'passed'] as const).find((kind) => kinds.includes(kind));
        const result = judge(
          kinds.map((kind) => rules[kind]),
          { m: 1 },
          null,
        );
        expect(result.verdict).toBe(wanted);
        expect(result.rules.map(({ verdict }) => verdict)).toEqual(kinds);
      }),
    );
  });

  it('is JSON: a row keeps it', () => {
    const result = judge([higher(0.1), { metric: 'none', atMost: 1 }], { m: 1 }, serving({ m: 0.3 }));
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});
