import { describe, expect, it } from 'vitest';
import { confirmationDelayMs } from '../../src/core/confirm-time-limit.ts';
import { deadlineOf, limitsAfterGap } from '../../src/core/deployment/time-limit.ts';
import { at, hour, minute } from './samples.ts';

describe('deadlineOf', () => {
  const deadlineAt = at + hour;
  const seen = (now: number, overdueSince: number | null = null) => deadlineOf({ deadlineAt, overdueSince }, now, 15_000);

  it('is over when a second observation, an interval later, agrees', () => {
    expect(seen(deadlineAt - 1)).toBe('in_time');
    expect(seen(deadlineAt)).toBe('confirm');
    expect(seen(deadlineAt + 14_999, deadlineAt)).toBe('confirm');
    expect(seen(deadlineAt + 15_000, deadlineAt)).toBe('over');
  });

  it('is not over by a clock that was three hours ahead for seconds', () => {
    const wrong = at + 3 * hour;
    expect(seen(wrong)).toBe('confirm');
    expect(seen(wrong + 4000, wrong)).toBe('confirm');
    expect(seen(at + 5000, wrong)).toBe('in_time');
  });

  it('leaves at least 5 s between the two observations, however short the interval', () => {
    expect([confirmationDelayMs(20), confirmationDelayMs(60_000)]).toEqual([5000, 60_000]);
  });

  it('is in time without a limit', () => {
    expect(deadlineOf({ deadlineAt: null, overdueSince: null }, at, 0)).toBe('in_time');
  });
});

describe('limitsAfterGap', () => {
  const before = { deadlineAt: at + hour, failingSince: at - minute, observedAt: at };

  it('moves the limits by a gap without an observation', () => {
    expect(limitsAfterGap(before, at + 3 * hour, 15_000)).toEqual({
      deadlineAt: at + 4 * hour,
      failingSince: at + 3 * hour - minute,
    });
  });

  it.each([
    ['between two observations', at + 75_000, 15_000],
    ['with a long interval', at + 20 * minute, 10 * minute],
    ['by a clock that was put back', at - hour, 15_000],
  ])('leaves the limits as they are %s', (_, now, intervalMs) => {
    expect(limitsAfterGap(before, now, intervalMs)).toEqual({ deadlineAt: at + hour, failingSince: at - minute });
  });
});
