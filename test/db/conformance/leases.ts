import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';

const everyMs = 1000;

export function leasesSuite(newDatabase: () => TestDatabase): void {
  it('are taken by one at a time, and again when the time is over', async () => {
    const database = newDatabase();
    const [one, other] = [database.open(), database.open()];
    expect(await one.acquireLease('adopt', everyMs, 10_000)).toEqual({ checkpointAt: null });
    expect(await other.acquireLease('adopt', everyMs, 10_999)).toBeNull();
    expect(await other.acquireLease('another', everyMs, 10_999)).toEqual({ checkpointAt: null });
    await one.saveCheckpoint('adopt', 9000);
    expect(await other.acquireLease('adopt', everyMs, 11_000)).toEqual({ checkpointAt: 9000 });
  });

  it('of a process whose clock is far ahead do not block the others', async () => {
    const store = newDatabase().open();
    await store.acquireLease('adopt', everyMs, 70_000);
    expect(await store.acquireLease('adopt', everyMs, 10_000)).toEqual({ checkpointAt: null });
  });

  it('tell how far a task has come', async () => {
    const store = newDatabase().open();
    expect(await store.checkpointAt('adopt')).toBeNull();
    await store.saveCheckpoint('adopt', 5);
    await store.saveCheckpoint('adopt', 7);
    expect(await store.checkpointAt('adopt')).toBe(7);
    expect(await store.acquireLease('adopt', everyMs, 10)).toEqual({ checkpointAt: 7 });
  });
}
