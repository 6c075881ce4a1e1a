import { describe, expect, it } from 'vitest';
import { clockLevelOf, correctedBy, estimateOf, instantOf, skewText } from '../../src/core/clock.ts';

describe('estimateOf', () => {
  it('takes the reading with the shortest round trip, at its middle', () => {
    const slow = { sentAt: 100, at: 9_000_000, receivedAt: 300 };
    const fast = { sentAt: 400, at: 9_000_305, receivedAt: 410 };
    expect(estimateOf([slow, fast, slow])).toEqual({ at: 9_000_305, readAt: 405, errorMs: 6 });
  });
});

describe('instantOf', () => {
  it('continues with the monotonic clock', () => {
    expect(instantOf({ at: 5000, readAt: 100, errorMs: 1 }, 350)).toBe(5250);
  });
});

describe('correctedBy', () => {
  const known = { at: 5000, readAt: 100, errorMs: 3 };

  it('takes the first estimate', () => {
    expect(correctedBy(null, known)).toBe(known);
  });

  it('keeps the known one while the next agrees with it within its error', () => {
    expect(correctedBy(known, { at: 6090, readAt: 1100, errorMs: 100 })).toBe(known);
    expect(correctedBy(known, { at: 5910, readAt: 1100, errorMs: 100 })).toBe(known);
  });

  it.each([5989, 6011])('follows a database that shows %i where 6000 was expected, give or take 10', (at) => {
    const next = { at, readAt: 1100, errorMs: 10 };
    expect(correctedBy(known, next)).toBe(next);
  });
});

describe('clockLevelOf', () => {
  it.each([
    [0, 'right'],
    [1000, 'right'],
    [-1001, 'skewed'],
    [30_000, 'skewed'],
    [30_001, 'unusable'],
    [-120_000, 'unusable'],
  ] as const)('of a clock that was right and is %i ms ahead is %s', (skewMs, level) => {
    expect(clockLevelOf(skewMs, 'right')).toBe(level);
  });

  it('falls only well below the bound at which it rose', () => {
    expect(clockLevelOf(29_000, 'unusable')).toBe('unusable');
    expect(clockLevelOf(23_999, 'unusable')).toBe('skewed');
    expect(clockLevelOf(900, 'skewed')).toBe('skewed');
    expect(clockLevelOf(-799, 'skewed')).toBe('right');
    expect(clockLevelOf(799, 'unusable')).toBe('right');
  });
});

describe('skewText', () => {
  it('says in which direction the clock is off', () => {
    expect(skewText(120_040)).toBe("the clock of its host is 120.0 s ahead of the database's");
    expect(skewText(-2550)).toBe("the clock of its host is 2.5 s behind the database's");
  });
});
