import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasGoneBack, type HistoryHead, type Horizon, moveHorizon, noHorizon } from '../../src/core/history-horizon.ts';

const head = (newest: number, writers: readonly string[] = []): HistoryHead => ({ newest, issued: newest, writers });

const after = (heads: readonly HistoryHead[]): Horizon => heads.reduce(moveHorizon, noHorizon);

describe('moveHorizon', () => {
  it('goes to the newest entry without writers', () => {
    expect(after([head(7)])).toEqual({ settled: 7, candidates: [] });
  });

  it('waits for those who wrote when it read the head, and for no later ones', () => {
    const waiting = after([head(3), head(9, ['a', 'b'])]);
    expect(waiting.settled).toBe(3);
    expect(moveHorizon(waiting, head(12, ['b', 'c'])).settled).toBe(3);
    expect(after([head(3), head(9, ['a', 'b']), head(12, ['b', 'c']), head(15, ['c', 'd'])]).settled).toBe(9);
  });

  it('never goes back', () => {
    expect(after([head(9), head(4)]).settled).toBe(9);
  });

  it('keeps few candidates while one writer stays, and settles all when it has ended', () => {
    const heads = Array.from({ length: 100 }, (_, index) => head(index + 1, ['stuck', `other-${index}`]));
    const waiting = after(heads);
    expect(waiting.settled).toBe(0);
    expect(waiting.candidates.length).toBeLessThan(20);
    expect(moveHorizon(waiting, head(100)).settled).toBe(100);
  });

  /** What happens in a database: a transaction begins, takes the next id, commits or is rolled back; and a reader reads the head. */
  const step = fc.oneof(
    fc.record({ kind: fc.constant('begin' as const) }),
    fc.record({ kind: fc.constantFrom('take' as const, 'commit' as const, 'roll back' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('read' as const) }),
  );

  it('has every entry that will ever be visible up to it, whatever commits in whatever order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const open = new Map<string, number[]>();
        const visible = new Set<number>();
        let issued = 0;
        let begun = 0;
        let horizon = noHorizon;
        let settledAt = 0;
        for (const one of steps) {
          const [name, ids] = 'which' in one && open.size > 0 ? [...open][one.which % open.size]! : [];
          if (one.kind === 'begin') open.set(`t${(begun += 1)}`, []);
          if (one.kind === 'take') ids?.push((issued += 1));
          if ((one.kind === 'commit' || one.kind === 'roll back') && name !== undefined) {
            open.delete(name);
            if (one.kind === 'commit') {
              // The horizon has passed none of them.
              for (const id of ids ?? []) expect(id).toBeGreaterThan(settledAt);
              for (const id of ids ?? []) visible.add(id);
            }
          }
          if (one.kind === 'read') {
            // Its lock is taken before the first id.
            horizon = moveHorizon(horizon, { newest: Math.max(0, ...visible), issued, writers: [...open.keys()] });
            expect(horizon.settled).toBeGreaterThanOrEqual(settledAt);
            settledAt = horizon.settled;
          }
        }
      }),
    );
  });
});

describe('hasGoneBack', () => {
  it('says so when the database has given out fewer ids than were read', () => {
    const horizon = after([head(9)]);
    expect(hasGoneBack(horizon, { issued: 8 })).toBe(true);
    expect(hasGoneBack(horizon, { issued: 9 })).toBe(false);
  });
});
