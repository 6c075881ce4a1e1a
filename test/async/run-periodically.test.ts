import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nextStart, runPeriodically } from '../../src/async/run-periodically.ts';
import { tickMs } from '../../src/async/ticks.ts';
import { eventually } from '../../tools/testkit/eventually.ts';

describe('nextStart', () => {
  const atOf = (start: ReturnType<typeof nextStart>): number => ('tick' in start ? start.tick * tickMs : start.at);

  it('lies within the last quarter of the interval', () => {
    const inputs = [
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.integer({ min: 1, max: 600_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
    ] as const;
    fc.assert(
      fc.property(...inputs, (now, intervalMs, random) => {
        const afterMs = atOf(nextStart(now, intervalMs, () => random)) - now;
        expect(afterMs).toBeGreaterThanOrEqual(0.75 * intervalMs - 3);
        expect(afterMs).toBeLessThanOrEqual(intervalMs + 3);
      }),
    );
  });

  it.each([1_000, 2_000, 5_000])('stays at the ticks with an interval of %i ms, whatever is random', (intervalMs) => {
    let now = 7 * tickMs + 40;
    for (const random of [0, 0.2, 0.99, 0.5, 0.7]) {
      const start = nextStart(now, intervalMs, () => random);
      expect(start).toEqual({ tick: expect.any(Number) });
      now = atOf(start) + 40;
    }
  });

  it('takes no tick that lies beyond the interval', () => {
    expect(nextStart(7_300, 400, () => 0)).toEqual({ at: 7_700 });
    expect(nextStart(7_300, 1_000, () => 0.5)).toEqual({ at: 8_175 });
  });
});

describe('runPeriodically', () => {
  it('begins at once with others of its interval, and no more when it is stopped', async () => {
    const starts: Record<string, number[]> = { first: [], second: [] };
    const tasks = Object.keys(starts).map((name) =>
      runPeriodically({
        initialDelayMs: 0,
        intervalMs: 1_000,
        random: () => 0.5,
        run: async () => void starts[name]?.push(performance.now()),
      }),
    );
    onTestFinished(async () => void (await Promise.all(tasks.map((task) => task.stop()))));
    // A task comes to the ticks when its random start lies near one.
    await eventually(
      () => Object.values(starts).map((times) => times.at(-1) ?? 0),
      ([one = 0, other = 0]) => one > 0 && Math.abs(one - other) < 1 && starts['first']!.length > 2,
      { withinMs: 30_000 },
    );
    await tasks[0]?.stop();
    const count = starts['first']!.length;
    const others = starts['second']!.length;
    await eventually(
      () => starts['second']!.length,
      (length) => length >= others + 2,
      { withinMs: 30_000 },
    );
    expect(starts['first']).toHaveLength(count);
  });
});
