import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';

const minute = 60_000;

export function sagemakerCallsSuite(newDatabase: () => TestDatabase): void {
  const call = { operation: 'DescribeEndpoint', result: 'ok', count: 2 };

  it('adds up those of all processes', async () => {
    const { open } = newDatabase();
    const [one, other] = [open(), open()];
    const throttled = { ...call, result: 'throttled' };
    await Promise.all([one.addSageMakerCalls([call, throttled], 0), other.addSageMakerCalls([call, call], 0)]);
    await one.addSageMakerCalls([], 0);
    expect(await other.sagemakerCalls()).toEqual([{ ...call, count: 6 }, throttled]);
  });

  it('tells of the last minutes, of one hour at most', async () => {
    const store = newDatabase().open();
    for (const at of [1, 10, 11, 24.9]) await store.addSageMakerCalls([call], at * minute);
    const recent = (at: number) => store.recentSageMakerCalls(15 * minute, at * minute);
    expect(await recent(24.9)).toEqual([{ ...call, count: 6 }]);
    expect(await recent(26)).toEqual([{ ...call, count: 2 }]);
    expect(await recent(5)).toEqual([{ ...call, count: 2 }]);
    expect(await recent(50)).toEqual([]);
    await store.addSageMakerCalls([], 62 * minute);
    expect(await recent(5)).toEqual([]);
    expect(await recent(24.9)).toHaveLength(1);
    expect(await store.sagemakerCalls()).toEqual([{ ...call, count: 8 }]);
  });

  it('forgets those that a clock which was ahead has put into the future', async () => {
    const store = newDatabase().open();
    await store.addSageMakerCalls([call], 500 * minute);
    await store.addSageMakerCalls([], 10 * minute);
    expect(await store.recentSageMakerCalls(15 * minute, 500 * minute)).toEqual([]);
  });
}
