import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FeedState, feedMode, isRelisted, needsSweeps } from '../../src/core/feed/feed-state.ts';
import { checkIntervalMs, feedTiming, longestCheckMs, sleepMs, smallFleet } from '../../src/core/feed/feed-timing.ts';
import { isLaterPhase, isOngoing } from '../../src/core/feed/found-training.ts';
import {
  type CheckedRun,
  type CheckInput,
  type CheckPlan,
  dueAtOf,
  nextCheck,
  planCheck,
} from '../../src/core/feed/plan-check.ts';

const minute = 60_000;
const now = 1_000 * minute;
const limits = { pollIntervalMs: minute, maxTrainingWaitMs: 2_880 * minute };
const fed: FeedState = { fleet: 1000, sweptAt: now - minute, coveredSince: 0, relistedAt: now - minute, relistReadAt: null };
const run: CheckedRun = {
  status: 'training',
  stopRequestedAt: null,
  overdueSince: null,
  trainingSinceAt: now - 100 * minute,
  createdAt: now - 100 * minute,
  isAdopted: false,
};
const check = (more: Partial<CheckInput> = {}): CheckInput => ({
  run,
  describedAt: now - minute,
  isBatched: true,
  failingSince: null,
  feed: fed,
  now,
  limits,
  random: () => 0,
  ...more,
});

const planned = (input: CheckInput) => {
  const plan = planCheck(input);
  if (plan.kind === 'observe') throw new Error('it observes');
  return plan;
};

describe('planCheck', () => {
  it('sleeps while the feed watches the training', () => {
    expect(planCheck(check())).toEqual({ kind: 'sleep', delayMs: 3 * minute, batchMs: minute / 12 });
    const { delayMs } = planned(check({ feed: { ...fed, fleet: 100_000 } }));
    expect(delayMs).toBe(4.5 * minute);
  });

  it.each<[string, Partial<CheckInput>]>([
    ['that was never described', { describedAt: null }],
    ['described by a clock that was ahead', { describedAt: now + 1 }],
    ['at which SageMaker fails', { failingSince: now - 1 }],
    ['to be stopped', { run: { ...run, stopRequestedAt: now } }],
    ['over its time limit', { run: { ...run, overdueSince: now } }],
    ['at its time limit', { limits: { ...limits, maxTrainingWaitMs: 100 * minute } }],
    ['that was adopted', { run: { ...run, isAdopted: true } }],
    ['to be started', { run: { ...run, status: 'requested' } }],
    ['that has ended', { run: { ...run, status: 'completed' } }],
  ])('observes a training %s', (_which, more) => {
    expect(planCheck(check(more))).toEqual({ kind: 'observe' });
  });

  it.each<[string, Partial<CheckInput>]>([
    ['of a small fleet', { feed: { ...fed, fleet: smallFleet } }],
    ['whose sweeps are not fresh', { feed: { ...fed, sweptAt: now - 3 * minute } }],
    ['without a sweep', { feed: { ...fed, sweptAt: null } }],
    ['whose last sweep lies far in the future', { feed: { ...fed, sweptAt: now + 3 * minute } }],
    ['described before the feed began', { feed: { ...fed, coveredSince: now - minute / 2 } }],
    [
      'described long ago, and in no walk',
      { describedAt: now - 13 * minute, feed: { ...fed, relistedAt: now - 14 * minute, relistReadAt: now - 4 * minute } },
    ],
  ])('observes a training %s, and a batch of such one after the other', (_which, more) => {
    expect(planCheck(check({ ...more, isBatched: false }))).toEqual({ kind: 'observe' });
    expect(planCheck(check({ ...more, random: () => 0.5 }))).toEqual({ kind: 'spread', delayMs: minute / 24, batchMs: 0 });
  });

  it('relies on a walk that continues', () => {
    const feed = { ...fed, relistedAt: now - 200 * minute, relistReadAt: now - minute };
    expect(planCheck(check({ describedAt: now - 100 * minute, feed })).kind).toBe('sleep');
  });

  it('does not sleep past the time limit, nor come earlier for a batch', () => {
    const near = { ...limits, maxTrainingWaitMs: 101 * minute };
    expect(planCheck(check({ limits: near }))).toEqual({ kind: 'sleep', delayMs: minute, batchMs: 0 });
    expect(nextCheck(check({ limits: near }))).toEqual({ delayMs: minute, batchMs: 0 });
  });

  it('batches what the feed watches, and nothing that calls SageMaker', () => {
    expect(nextCheck(check())).toEqual({ delayMs: 3 * minute, batchMs: minute / 12 });
    expect(nextCheck(check({ feed: { ...fed, sweptAt: null } })).batchMs).toBe(0);
    expect(nextCheck(check({ run: { ...run, isAdopted: true } })).batchMs).toBe(0);
  });
});

describe('the pace without a feed', () => {
  it('follows the fleet, and never exceeds 4.5 intervals', () => {
    expect([100, 18_000, 36_000, 100_000].map((fleet) => checkIntervalMs(fleet, minute) / minute)).toEqual([1, 1, 2, 4.5]);
    expect(checkIntervalMs(10_000, 1000)).toBe(4500);
    expect(sleepMs(1000, minute)).toBe(3 * minute);
    expect(longestCheckMs(minute)).toBe(4.5 * minute);
  });
});

describe('found trainings', () => {
  it('counts every status but InProgress and Stopping as an end', () => {
    const ongoing = ['InProgress', 'Stopping', 'Completed', 'Failed', 'Stopped', 'Deleting', 'New'];
    expect(ongoing.filter((status) => isOngoing({ status }))).toEqual(['InProgress', 'Stopping']);
  });

  it.each([
    [null, 'Starting', true],
    ['Starting', 'Training', true],
    ['Uploading', 'Training', false],
    ['Training', 'Training', false],
    ['Training', 'Interrupted', true],
    ['Interrupted', 'Starting', true],
    ['Training', null, false],
  ])('after %s, %s is news: %s', (recorded, shown, expected) => {
    expect(isLaterPhase(recorded, shown)).toBe(expected);
  });
});

/** What happens to the feed in one scenario, in intervals; a training ends at 30. */
interface Scenario {
  fleet: number;
  /** From the start of a sweep to the next one. */
  sweepEvery: number;
  indexLag: number;
  isLost: boolean;
  deniedFrom: number;
  /** No process sweeps any more, as when Search is throttled for long. */
  silentFrom: number;
  /** How long a walk takes, and where in it the training is. */
  walkTakes: number;
  walkMeetsAt: number;
  listDeniedFrom: number;
  describedAt: number;
  random: () => number;
}

const endsAt = 30;
const step = 0.05;

/** After how many intervals the end is seen, by the real decisions; sweeps and walks as the services make them. */
function seenAfter(scenario: Scenario): number {
  const at = (intervals: number): number => now + Math.round(intervals * minute);
  const feed: FeedState = { fleet: scenario.fleet, sweptAt: null, coveredSince: at(-10), relistedAt: null, relistReadAt: null };
  let describedAt: number | null = null;
  let isBatched = false;
  let dueAt = scenario.describedAt;
  let sweepAt = 0;
  let walkFrom = 0;
  let isNudged = false;
  for (let t = 0; t < 200; t += step) {
    const isEnded = t >= endsAt;
    if (t >= sweepAt && needsSweeps(feed, minute, at(t))) {
      sweepAt = t + scenario.sweepEvery;
      if (t >= scenario.deniedFrom) feed.sweptAt = null;
      else if (t < scenario.silentFrom) {
        feed.sweptAt = at(t);
        if (isEnded && !scenario.isLost && t >= endsAt + scenario.indexLag) isNudged = true;
      }
    }
    const inWalk = t - walkFrom;
    if (t < scenario.listDeniedFrom && inWalk >= 0) {
      feed.relistReadAt = at(t);
      if (isEnded && Math.abs(inWalk - scenario.walkMeetsAt * scenario.walkTakes) < 1.5 * step) isNudged = true;
      if (inWalk >= scenario.walkTakes) {
        feed.relistedAt = at(walkFrom);
        walkFrom = Math.max(t, walkFrom + feedTiming(minute).relistEveryMs / minute);
      }
    }
    if (!isNudged && t < dueAt) continue;
    const input = check({ feed, describedAt: isNudged ? null : describedAt, isBatched, now: at(t), random: scenario.random });
    const isSmall = feedMode(feed, minute, at(t)) === 'small';
    const plan: CheckPlan = isSmall ? { kind: 'observe' } : planCheck(input);
    if (plan.kind === 'observe' && isEnded) return t - endsAt;
    if (plan.kind === 'observe') describedAt = at(t);
    const next = plan.kind !== 'observe' ? plan : isSmall ? { delayMs: minute, batchMs: 0 } : nextCheck(input);
    dueAt = (dueAtOf(next, at(t)) - now) / minute;
    isBatched = next.batchMs > 0;
    isNudged = false;
  }
  return Infinity;
}

describe('a completion without an event', () => {
  const never = 1000;
  const scenarios = {
    fleet: fc.integer({ min: smallFleet + 1, max: 200_000 }),
    sweepEvery: fc.double({ min: 0.85, max: 1.15, noNaN: true }),
    walkTakes: fc.double({ min: 0.1, max: 40, noNaN: true }),
    walkMeetsAt: fc.double({ min: 0, max: 1, noNaN: true }),
    describedAt: fc.double({ min: 0, max: 4, noNaN: true }),
    random: fc.double({ min: 0, max: 0.99, noNaN: true }).map((value) => () => value),
  };
  const calm = { indexLag: 0, isLost: false, deniedFrom: never, silentFrom: never, listDeniedFrom: never };
  const expectSeenWithin = (
    more: { [Key in keyof Scenario]?: fc.Arbitrary<Scenario[Key]> },
    bound: (scenario: Scenario) => number,
  ): void => {
    const scenario = fc.record({ ...scenarios, ...more }).map((one) => ({ ...calm, ...one }));
    fc.assert(
      fc.property(scenario, (one) => seenAfter(one) <= bound(one) + 3 * step),
      { numRuns: 150 },
    );
  };

  it('is seen within two intervals and the lag of the index', () => {
    expectSeenWithin({ indexLag: fc.double({ min: 0, max: 3, noNaN: true }) }, ({ indexLag }) => 2 + indexLag);
  });

  it('that the index lost is seen within 20 intervals, or one walk', () => {
    expectSeenWithin({ isLost: fc.constant(true) }, ({ walkTakes }) => Math.max(20, walkTakes + 1));
  });

  it('is seen within 6 intervals where Search is denied, from the start or at any time', () => {
    expectSeenWithin({ deniedFrom: fc.double({ min: 0, max: 40, noNaN: true }) }, () => 6);
  });

  it('is seen soon where sweeps stop without a word', () => {
    expectSeenWithin({ silentFrom: fc.double({ min: 0, max: 40, noNaN: true }) }, () => 7.5);
  });

  it('that the index lost is seen where the list is denied, too', () => {
    expectSeenWithin(
      { isLost: fc.constant(true), listDeniedFrom: fc.double({ min: 0, max: 40, noNaN: true }) },
      ({ walkTakes }) => Math.max(20, walkTakes + 7.5),
    );
  });

  it('of a small fleet is seen within an interval', () => {
    expectSeenWithin({ fleet: fc.integer({ min: 1, max: smallFleet }), isLost: fc.constant(true) }, () => 1);
  });
});

it('sweeps continue for as long as checks may sleep when the fleet becomes small', () => {
  const small = { ...fed, fleet: smallFleet };
  expect(feedTiming(minute).lingerMs).toBeGreaterThan(longestCheckMs(minute));
  expect(needsSweeps({ ...small, sweptAt: now - 5 * minute }, minute, now)).toBe(true);
  expect(needsSweeps({ ...small, sweptAt: now - 7 * minute }, minute, now)).toBe(false);
  expect(isRelisted({ ...small, relistedAt: null, relistReadAt: null }, minute, now)).toBe(false);
});
