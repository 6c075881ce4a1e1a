import { describe, expect, it } from 'vitest';
import { isWalkOver, type WalkSoFar } from '../../src/core/feed/walk-end.ts';

const at = 1_800_000_000_000;
const minute = 60_000;
const soFar: WalkSoFar = { left: 50, fleet: 2000, oldestCreatedAt: at, oldestListedAt: at, foundOn: [100] };
const pages = (count: number, found: number): number[] => Array.from({ length: count }, () => found);

describe('isWalkOver', () => {
  it.each<[string, Partial<WalkSoFar>, boolean]>([
    ['continues while trainings are left', {}, false],
    ['ends when it has met all of them', { left: 0 }, true],
    ['continues within ten minutes before the oldest of them', { oldestListedAt: at - 10 * minute }, false],
    ['ends further back', { oldestListedAt: at - 10 * minute - 1 }, true],
    ['continues after an empty page', { oldestListedAt: null }, false],
    ['ends after ten pages with hardly any of the few that are left', { foundOn: [100, ...pages(10, 0)] }, true],
    ['continues after nine such pages', { foundOn: [100, ...pages(9, 0)] }, false],
    ['continues while the pages show some', { foundOn: pages(10, 1) }, false],
    ['continues while many are left', { left: 100, foundOn: pages(10, 0) }, false],
  ])('%s', (_title, more, isOver) => {
    expect(isWalkOver({ ...soFar, ...more })).toBe(isOver);
  });
});
