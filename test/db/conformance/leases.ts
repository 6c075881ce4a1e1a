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

  it('are acquired by one of several processes at once', async () => {
    const { open } = newDatabase();
    const all = await Promise.all(
      [open(), open(), open()].map(({ leases }) => leases.acquire({ task: 'a', everyMs, now: 5000 })),
    );
    expect(all.filter((one) => one !== null)).toHaveLength(1);
  });

  it('last as long as their holder renews them, and end when it releases them', async () => {
    const { open } = newDatabase();
    const [own, other] = [open().leases, open().leases];
    await own.acquire({ task: 'a', everyMs, now: 10_000 });
    expect(await own.renew({ task: 'a', heldSince: 10_000, now: 10_900 })).toBe(true);
    expect(await other.acquire({ task: 'a', everyMs, now: 11_500 })).toBeNull();
    await own.release({ task: 'a', heldSince: 10_900 });
    expect(await other.acquire({ task: 'a', everyMs, now: 11_500 })).not.toBeNull();
  });

  it('are not renewed or released by a process that has lost them', async () => {
    const { open } = newDatabase();
    const [paused, next] = [open().leases, open().leases];
    await paused.acquire({ task: 'a', everyMs, now: 10_000 });
    await next.acquire({ task: 'a', everyMs, now: 11_000 });
    expect(await paused.renew({ task: 'a', heldSince: 10_000, now: 11_100 })).toBe(false);
    await paused.release({ task: 'a', heldSince: 10_000 });
    expect(await paused.acquire({ task: 'a', everyMs, now: 11_200 })).toBeNull();
  });
}
