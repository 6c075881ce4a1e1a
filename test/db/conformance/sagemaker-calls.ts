import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';

const minute = 60_000;

export function sagemakerCallsSuite(newDatabase: () => TestDatabase): void {
  const call = { operation: 'DescribeEndpoint', result: 'ok', count: 2 };

  it('adds up those of all processes', async () => {
    const { open } = newDatabase();
    const [one, other] = [open(), open()];
    const throttled = { ...call, result: 'throttled' };
    await Promise.all([
      one.metrics.addCalls({ calls: [call, throttled], now: 0 }),
      other.metrics.addCalls({ calls: [call, call], now: 0 }),
    ]);
    await one.metrics.addCalls({ calls: [], now: 0 });
    expect(await other.metrics.calls()).toEqual([{ ...call, count: 6 }, throttled]);
  });

  it('covers the last minutes, of one hour at most', async () => {
    const store = newDatabase().open();
    for (const at of [1, 10, 11, 24.9]) await store.metrics.addCalls({ calls: [call], now: at * minute });
    const recent = (at: number) => store.metrics.recentCalls({ withinMs: 15 * minute, now: at * minute });
    expect(await recent(24.9)).toEqual([{ ...call, count: 6 }]);
    expect(await recent(26)).toEqual([{ ...call, count: 2 }]);
    expect(await recent(5)).toEqual([{ ...call, count: 2 }]);
    expect(await recent(50)).toEqual([]);
    await store.metrics.addCalls({ calls: [], now: 62 * minute });
    expect(await recent(5)).toEqual([]);
    expect(await recent(24.9)).toHaveLength(1);
    expect(await store.metrics.calls()).toEqual([{ ...call, count: 8 }]);
  });

  it('forgets those that a clock which was ahead has put into the future', async () => {
    const store = newDatabase().open();
    await store.metrics.addCalls({ calls: [call], now: 500 * minute });
    await store.metrics.addCalls({ calls: [], now: 10 * minute });
    expect(await store.metrics.recentCalls({ withinMs: 15 * minute, now: 500 * minute })).toEqual([]);
  });
}
