import { describe, expect, it } from 'vitest';
import { aheadToleranceMs, hasPassed, rebased } from '../../src/core/instants.ts';
import { aDeployment, at, hour, minute } from './samples.ts';

describe('hasPassed', () => {
  it.each([
    ['just now', 0, false],
    ['nearly so long ago', -9999, false],
    ['so long ago', -10_000, true],
    ['nearly so far ahead', 9999, false],
    ['by a clock that was ahead', 10_000, true],
    ['by one that was days ahead', 48 * hour, true],
  ])('%s', (_, sinceMs, passed) => {
    expect(hasPassed(at + sinceMs, 10_000, at)).toBe(passed);
  });
});

describe('rebased', () => {
  const ahead = at + hour;
  const own = {
    startedAt: ahead,
    requestedAt: ahead + minute,
    acknowledgedAt: ahead + minute,
    failingSince: ahead + minute,
    overdueSince: ahead + minute,
    waitsForSince: ahead + minute,
    observedAt: ahead + minute,
  };

  it('leaves what lies in the past, and a little ahead, as it is', () => {
    const deployment = aDeployment({ ...own, deadlineAt: ahead + 2 * hour, retryAt: ahead + 2 * minute });
    const now = ahead + minute - aheadToleranceMs;
    expect(rebased(deployment, now)).toEqual({
      wereAhead: false,
      instants: { ...own, deadlineAt: ahead + 2 * hour, retryAt: ahead + 2 * minute },
    });
  });

  it('brings what lies in the future to now; what is to come keeps its distance', () => {
    const deployment = aDeployment({ ...own, deadlineAt: ahead + 2 * hour, retryAt: ahead + 2 * minute });
    const brought = Object.fromEntries(Object.keys(own).map((name) => [name, at]));
    expect(rebased(deployment, at)).toEqual({
      wereAhead: true,
      instants: { ...brought, deadlineAt: at + 2 * hour, retryAt: at + minute },
    });
  });

  it('leaves what never was as it is, and a limit whose start was right', () => {
    const deployment = aDeployment({ startedAt: at - minute, deadlineAt: at + hour, requestedAt: ahead, retryAt: null });
    const { instants, wereAhead } = rebased(deployment, at);
    expect(wereAhead).toBe(true);
    expect(instants).toMatchObject({
      startedAt: at - minute,
      deadlineAt: at + hour,
      requestedAt: at,
      acknowledgedAt: null,
      failingSince: null,
      retryAt: null,
    });
  });
});
