import { describe, expect, it } from 'vitest';
import { confirmationDelayMs } from '../../src/core/confirm-time-limit.ts';
import { deadlineOf, limitsAfterGap } from '../../src/core/deployment/time-limit.ts';
import { decideAfterwards } from '../../src/core/deployment/decide-afterwards.ts';
import { staleReadWindowMs } from '../../src/core/deployment/decide-endpoint.ts';
import { aDeployment, anEndpoint, at, hour, minute } from './samples.ts';

describe('a time limit', () => {
  const deadlineAt = at + hour;
  const seen = (now: number, overdueSince: number | null = null) => deadlineOf({ deadlineAt, overdueSince }, now, 15_000);

  it('is over when a second look, an interval later, agrees', () => {
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

  it('takes its second look no sooner than after 5 s, however short the interval', () => {
    expect([confirmationDelayMs(20), confirmationDelayMs(60_000)]).toEqual([5000, 60_000]);
  });

  it('that nobody has set is never over', () => {
    expect(deadlineOf({ deadlineAt: null, overdueSince: null }, at, 0)).toBe('in_time');
  });
});

describe('a gap in which nobody looked', () => {
  const before = { deadlineAt: at + hour, failingSince: at - minute, observedAt: at };

  it('takes nothing off', () => {
    expect(limitsAfterGap(before, at + 3 * hour, 15_000)).toEqual({
      deadlineAt: at + 4 * hour,
      failingSince: at + 3 * hour - minute,
    });
  });

  it.each([
    ['between two looks', at + 75_000, 15_000],
    ['with looks that are far apart', at + 20 * minute, 10 * minute],
    ['by a clock that was put back', at - hour, 15_000],
  ])('is none %s', (_, now, intervalMs) => {
    expect(limitsAfterGap(before, now, intervalMs)).toEqual({ deadlineAt: at + hour, failingSince: at - minute });
  });
});

describe('after the end', () => {
  const before = { baselineModifiedAt: at - hour };
  const decide = (endpoint: Partial<ReturnType<typeof anEndpoint>> | null | 'unseen', sinceMs = minute / 2) =>
    decideAfterwards(
      aDeployment(before),
      endpoint === null || endpoint === 'unseen' ? endpoint : anEndpoint({ modifiedAt: at, ...endpoint }),
      sinceMs,
    );

  it('what goes live is seen', () => {
    expect(decide({ endpointConfigName: 'new', modifiedAt: at + 1 })).toMatchObject({
      kind: 'live',
      endpoint: { modifiedAt: at + 1 },
    });
    expect(decide({ endpointConfigName: 'new' }, 48 * hour)).toMatchObject({ kind: 'live' });
  });

  it.each([
    ['Updating to it', { status: 'Updating', pendingEndpointConfigName: 'new' }],
    ['Creating with it', { status: 'Creating', endpointConfigName: 'new' }],
    ['as it was a moment ago', { modifiedAt: at - hour }],
    ['not visible yet', null],
    ['not to be seen', 'unseen'],
  ] as const)('is waited for: %s', (_, endpoint) => {
    expect(decide(endpoint)).toEqual({ kind: 'wait' });
    expect(decide(endpoint, 25 * hour)).toEqual({ kind: 'settled' });
  });

  it.each([
    ['InService on another configuration', {}],
    ['Updating to another one', { status: 'Updating', pendingEndpointConfigName: 'third' }],
    ['Failed', { status: 'Failed', endpointConfigName: 'new' }],
    ['Deleting', { status: 'Deleting', endpointConfigName: 'new' }],
  ])('is settled: %s', (_, endpoint) => {
    expect(decide(endpoint)).toEqual({ kind: 'settled' });
  });

  it('is settled when nothing comes of it for longer than an answer may be stale', () => {
    expect(decide({ modifiedAt: at - hour }, staleReadWindowMs)).toEqual({ kind: 'settled' });
    expect(decide(null, staleReadWindowMs)).toEqual({ kind: 'settled' });
  });
});
