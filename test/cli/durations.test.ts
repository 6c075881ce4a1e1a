import { describe, expect, it } from 'vitest';
import { formatAge, formatClock, formatDuration, parseDuration } from '../../src/cli/durations.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['0.5s', 500],
    ['1d', 86_400_000],
    ['90', null],
    ['', null],
    ['-1s', null],
    ['2 h', null],
    ['1w', null],
  ])('reads %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

it.each([
  [0, '0.0 s', '0s', '0s ago'],
  [9949, '9.9 s', '9s', '10s ago'],
  [9990, '10 s', '9s', '10s ago'],
  [59_600, '1m 00s', '59s', '1m ago'],
  [65_000, '1m 05s', '1m 05s', '1m ago'],
  [3_600_000, '1h 00m', '1h 00m', '1h ago'],
  [90_061_000, '1d 01h', '1d 01h', '25h ago'],
  [-5, '0.0 s', '0s', '0s ago'],
])('%i ms are shown as %s', (ms, duration, clock, age) => {
  expect([formatDuration(ms), formatClock(ms), formatAge(ms)]).toEqual([duration, clock, age]);
});
