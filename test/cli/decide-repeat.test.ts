import { describe, expect, it } from 'vitest';
import { repeatDelayMs, retryAfterMsOf } from '../../src/cli/http/decide-repeat.ts';

const first = { attempts: 1, elapsedMs: 0, repeatForMs: 60_000, random: () => 1 };
const responds = (status: number, retryAfterMs: number | null = null) => ({ kind: 'response' as const, status, retryAfterMs });
const lost = { kind: 'network' as const, passes: true };

describe('repeatDelayMs', () => {
  it.each([200, 202, 304, 400, 401, 403, 404, 409, 422, 429, 500])('does not repeat a %i', (status) => {
    expect(repeatDelayMs(responds(status), first)).toBeNull();
  });

  it.each([408, 502, 503, 504])('repeats a %i', (status) => {
    expect(repeatDelayMs(responds(status), first)).toBe(250);
  });

  it('takes Retry-After, up to a minute', () => {
    expect(repeatDelayMs(responds(503, 5000), first)).toBe(5000);
    expect(repeatDelayMs(responds(503, 3_600_000), { ...first, repeatForMs: 120_000 })).toBe(60_000);
  });

  it('waits longer each time, up to 5 s, and ends within its time', () => {
    const delays = [1, 2, 3, 4, 5, 6, 20].map((attempts) => repeatDelayMs(lost, { ...first, attempts }));
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    expect(repeatDelayMs(lost, { ...first, elapsedMs: 59_900 })).toBeNull();
    expect(repeatDelayMs(lost, { ...first, repeatForMs: 0 })).toBeNull();
  });

  it('does not repeat what cannot pass by itself', () => {
    expect(repeatDelayMs({ kind: 'network', passes: false }, first)).toBeNull();
  });
});

it.each([
  ['5', 5000],
  ['Thu, 26 Nov 2026 10:00:10 GMT', 10_000],
  ['Thu, 26 Nov 2026 09:00:00 GMT', 0],
  ['soon', null],
  [null, null],
])('Retry-After %j is %j ms', (value, ms) => {
  expect(retryAfterMsOf(value, Date.parse('2026-11-26T10:00:00Z'))).toBe(ms);
});
