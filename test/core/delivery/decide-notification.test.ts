import { describe, expect, it } from 'vitest';
import { decideNotification, retryAfterMs, type TryResult } from '../../../src/core/delivery/decide-notification.ts';
import { notificationTiming } from '../../../src/core/timing.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const decide = (result: TryResult, attempts = 0, random = 0.5) =>
  decideNotification({ attempts }, result, { now, random: () => random });
const response = (status: number, afterMs: number | null = null): TryResult => ({
  kind: 'response',
  status,
  retryAfterMs: afterMs,
});

describe('decideNotification', () => {
  it.each([200, 201, 202, 204, 299])('takes %i for received', (status) => {
    expect(decide(response(status))).toEqual({ kind: 'sent' });
  });

  it.each([0, 199, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503])('tries again after %i', (status) => {
    expect(decide(response(status))).toMatchObject({ kind: 'retry', nextAt: now + 5000, receiverWaits: false });
  });

  it('says that a redirect is not followed', () => {
    expect(decide(response(302))).toMatchObject({ error: 'The receiver responded with 302; redirects are not followed.' });
  });

  it('ends at 410', () => {
    expect(decide(response(410))).toEqual({ kind: 'abandon', error: 'The receiver is gone: it responded with 410.' });
  });

  it('tries for a day, with growing delays and a tenth of jitter, and ends then', () => {
    const failed: TryResult = { kind: 'no_response', reason: 'no response' };
    const delays = Array.from({ length: 7 }, (_, attempts) => decide(failed, attempts)).map((one) =>
      one.kind === 'retry' ? one.nextAt - now : Number.NaN,
    );
    const minute = 60_000;
    expect(delays).toEqual([5000, 5 * minute, 30 * minute, 120 * minute, 300 * minute, 600 * minute, 385 * minute - 5000]);
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBe(24 * 60 * minute);
    expect(decide(failed, 7)).toEqual({ kind: 'abandon', error: 'no response' });
    expect(decide(failed, 0, 0)).toMatchObject({ nextAt: now + 4500 });
    expect(decide(failed, 0, 0.999_999)).toMatchObject({ nextAt: now + 5500 });
  });

  it.each([429, 502, 503, 504])('waits as long as a receiver asks for with %i, and no longer than 6 h', (status) => {
    expect(decide(response(status, 60_000))).toMatchObject({ nextAt: now + 60_000, receiverWaits: true });
    expect(decide(response(status, 1000))).toMatchObject({ nextAt: now + 5000, receiverWaits: true });
    expect(decide(response(status, 1e12))).toMatchObject({ nextAt: now + notificationTiming.longestRetryAfterMs });
  });

  it('takes the wish to wait of throttled responses alone', () => {
    expect(decide(response(500, 60_000))).toMatchObject({ nextAt: now + 5000, receiverWaits: false });
  });

  it('keeps what it records of an error short', () => {
    const decision = decide({ kind: 'no_response', reason: 'x'.repeat(10_000) });
    expect(decision.kind === 'retry' && decision.error.length).toBe(500);
  });
});

describe('retryAfterMs', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Tue, 24 Nov 2026 10:01:00 GMT', 60_000],
    ['Tue, 24 Nov 2026 09:00:00 GMT', 0],
    ['soon', null],
    ['-1', null],
    ['1.5', null],
    ['99999999999', null],
    [undefined, null],
  ])('reads %s', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});
