import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';

const everyMs = 1000;

export function turnsSuite(newDatabase: () => TestDatabase): void {
  it('are taken by one at a time, and again when the time is over', async () => {
    const database = newDatabase();
    const [one, other] = [database.open(), database.open()];
    expect(await one.takeTurn('adopt', everyMs, 10_000)).toEqual({ reachedAt: null });
    expect(await other.takeTurn('adopt', everyMs, 10_999)).toBeNull();
    expect(await other.takeTurn('another', everyMs, 10_999)).toEqual({ reachedAt: null });
    await one.recordReached('adopt', 9000);
    expect(await other.takeTurn('adopt', everyMs, 11_000)).toEqual({ reachedAt: 9000 });
  });

  it('of a process whose clock is far ahead do not block the others', async () => {
    const store = newDatabase().open();
    await store.takeTurn('adopt', everyMs, 70_000);
    expect(await store.takeTurn('adopt', everyMs, 10_000)).toEqual({ reachedAt: null });
  });

  it('tell how far a task has come', async () => {
    const store = newDatabase().open();
    expect(await store.reachedAt('adopt')).toBeNull();
    await store.recordReached('adopt', 5);
    await store.recordReached('adopt', 7);
    expect(await store.reachedAt('adopt')).toBe(7);
    expect(await store.takeTurn('adopt', everyMs, 10)).toEqual({ reachedAt: 7 });
  });
}
