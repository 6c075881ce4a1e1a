import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';

const everyMs = 1000;

export function leasesSuite(newDatabase: () => TestDatabase): void {
  it('are taken by one at a time, and again when the time is over', async () => {
    const database = newDatabase();
    const [one, other] = [database.open(), database.open()];
    expect(await one.leases.acquire({ task: 'adopt', everyMs, now: 10_000 })).toEqual({ checkpointAt: null });
    expect(await other.leases.acquire({ task: 'adopt', everyMs, now: 10_999 })).toBeNull();
    expect(await other.leases.acquire({ task: 'another', everyMs, now: 10_999 })).toEqual({ checkpointAt: null });
    await one.leases.saveCheckpoint({ task: 'adopt', checkpointAt: 9000 });
    expect(await other.leases.acquire({ task: 'adopt', everyMs, now: 11_000 })).toEqual({ checkpointAt: 9000 });
  });

  it('of a process whose clock is far ahead do not block the others', async () => {
    const store = newDatabase().open();
    await store.leases.acquire({ task: 'adopt', everyMs, now: 70_000 });
    expect(await store.leases.acquire({ task: 'adopt', everyMs, now: 10_000 })).toEqual({ checkpointAt: null });
  });

  it('tell how far a task has come', async () => {
    const store = newDatabase().open();
    expect(await store.leases.findCheckpoint('adopt')).toBeNull();
    await store.leases.saveCheckpoint({ task: 'adopt', checkpointAt: 5 });
    await store.leases.saveCheckpoint({ task: 'adopt', checkpointAt: 7 });
    expect(await store.leases.findCheckpoint('adopt')).toBe(7);
    expect(await store.leases.acquire({ task: 'adopt', everyMs, now: 10 })).toEqual({ checkpointAt: 7 });
  });
}
