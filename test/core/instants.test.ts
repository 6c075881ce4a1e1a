import { describe, expect, it } from 'vitest';
import { hasPassed, rebased } from '../../src/core/instants.ts';
import { timeLimitTiming } from '../../src/core/timing.ts';
import { aDeployment, at, hour, minute } from './samples.ts';

describe('hasPassed', () => {
  it.each([
    ['just now', 0, false],
    ['nearly as long ago', -9999, false],
    ['as long ago', -10_000, true],
    ['nearly as far ahead', 9999, false],
    ['by a clock that was ahead', 10_000, true],
    ['by one that was days ahead', 48 * hour, true],
  ])('%s', (_, sinceMs, passed) => {
    expect(hasPassed(at + sinceMs, 10_000, at)).toBe(passed);
  });
});

describe('rebased', () => {
  const ahead = at + hour;
  const changeAt = (instant: number, acknowledgedAt: number | null = instant) =>
    ({ action: 'update', requestedAt: instant, respondedAt: instant, acknowledgedAt, baseline: null }) as const;
  const own = {
    startedAt: ahead,
    failingSince: ahead + minute,
    overdueSince: ahead + minute,
    waitsForSince: ahead + minute,
    observedAt: ahead + minute,
    endpointChange: changeAt(ahead + minute),
  };

  it('leaves instants in the past, and a little in the future, as they are', () => {
    const deployment = aDeployment({ ...own, deadlineAt: ahead + 2 * hour, retryAt: ahead + 2 * minute });
    const now = ahead + minute - timeLimitTiming.aheadToleranceMs;
    expect(rebased(deployment, now)).toEqual({
      wereAhead: false,
      instants: { ...own, deadlineAt: ahead + 2 * hour, retryAt: ahead + 2 * minute },
    });
  });

  it('sets instants in the future to now; instants to come keep their distance', () => {
    const deployment = aDeployment({ ...own, deadlineAt: ahead + 2 * hour, retryAt: ahead + 2 * minute });
    const brought = { ...Object.fromEntries(Object.keys(own).map((name) => [name, at])), endpointChange: changeAt(at) };
    expect(rebased(deployment, at)).toEqual({
      wereAhead: true,
      instants: { ...brought, deadlineAt: at + 2 * hour, retryAt: at + minute },
    });
  });

  it('leaves null as it is, and a limit that counts from a right instant', () => {
    const deployment = aDeployment({
      startedAt: at - minute,
      deadlineAt: at + hour,
      endpointChange: changeAt(ahead, null),
      retryAt: null,
    });
    const { instants, wereAhead } = rebased(deployment, at);
    expect(wereAhead).toBe(true);
    expect(instants).toMatchObject({
      startedAt: at - minute,
      deadlineAt: at + hour,
      endpointChange: changeAt(at, null),
      failingSince: null,
      retryAt: null,
    });
  });
});
