import { expect, it } from 'vitest';
import { startLeaseMs } from '../../../src/core/training/training-run.ts';
import type { TestDatabase } from './test-database.ts';
import { arnOf, inTraining, newRun, reported } from '../samples.ts';

const keyed = { idempotencyKey: 'key', idempotencyHash: 'hash' };

export function startSuite(newDatabase: () => TestDatabase): void {
  it('may be in hand from the record on', async () => {
    const store = newDatabase().open();
    const inserted = await store.insertRun(newRun('job'), 1000, { startNow: true });
    expect(inserted).toMatchObject({ kind: 'inserted', run: { startAttemptedAt: 1000, startAttempts: 1 } });
    expect(await store.acquireStartLease('job', 2000)).toBeNull();
    expect(await store.releaseStartLease('job', 1000, 2000)).not.toBeNull();
    expect(await store.acquireStartLease('job', 3000)).toMatchObject({ startAttemptedAt: 3000, startAttempts: 2 });
  });

  it('lets one process start a run', async () => {
    const { open } = newDatabase();
    await open().insertRun(newRun('a'), 1000);
    const both = await Promise.all([open(), open()].map((store) => store.acquireStartLease('a', 2000)));
    expect(both.filter((run) => run !== null)).toEqual([expect.objectContaining({ startAttemptedAt: 2000, startAttempts: 1 })]);
    expect(await open().acquireStartLease('none', 2000)).toBeNull();
  });

  it('lets another one try when the lease is over, be it for a clock that was ahead', async () => {
    const store = newDatabase().open();
    await store.insertRun(newRun('a'), 1000);
    const begin = async (now: number): Promise<unknown> => (await store.acquireStartLease('a', now))?.startAttemptedAt;
    const first = 100_000;
    expect(await begin(first)).toBe(first);
    expect(await begin(first + startLeaseMs - 1)).toBeUndefined();
    expect(await begin(first + startLeaseMs)).toBe(first + startLeaseMs);
    expect(await begin(first + 1)).toBeUndefined();
    expect(await begin(first)).toBe(first);
    expect((await store.findRun('a'))?.startAttempts).toBe(3);
  });

  it('starts nothing that is to be stopped, or is started', async () => {
    const store = newDatabase().open();
    await store.insertRun(newRun('a'), 1000);
    await store.requestStop('a', 1500);
    await inTraining(store, 'b');
    expect([await store.acquireStartLease('a', 2000), await store.acquireStartLease('b', 2000 + startLeaseMs)]).toEqual([
      null,
      null,
    ]);
  });

  it('is free at once for the next when an attempt says that it is over', async () => {
    const store = newDatabase().open();
    await store.insertRun(newRun('a'), 1000);
    await store.acquireStartLease('a', 2000);
    expect(await store.releaseStartLease('a', 1999, 2100)).toBeNull();
    expect(await store.acquireStartLease('a', 2100)).toBeNull();
    expect(await store.releaseStartLease('a', 2000, 2200)).toMatchObject({ startAttemptedAt: null, updatedAt: 2200 });
    expect(await store.acquireStartLease('a', 2300)).toMatchObject({ startAttemptedAt: 2300, startAttempts: 2 });
  });

  it('records the training once', async () => {
    const { open } = newDatabase();
    const store = open();
    await store.insertRun(newRun('a'), 1000);
    await store.acquireStartLease('a', 2000);
    const both = await Promise.all([open(), open()].map((one) => one.markStarted('a', arnOf('a'), 'worker', 'started', 3000)));
    expect(both.filter((run) => run !== null)).toEqual([
      expect.objectContaining({ status: 'training', trainingJobArn: arnOf('a'), trainingSinceAt: 3000, startAttemptedAt: 2000 }),
    ]);
    expect(await reported(store, 'a')).toEqual(['training >requested api', 'training requested>training worker: started']);
    expect(await store.releaseStartLease('a', 2000, 4000)).toBeNull();
  });

  it('withdraws a run, its history and its key, while it is this attempt’s', async () => {
    const store = newDatabase().open();
    await store.insertRun(newRun('a', keyed), 1000);
    await store.acquireStartLease('a', 2000);
    expect(await store.discardRun('a', 1999)).toBe(false);
    expect(await store.discardRun('a', 2000)).toBe(true);
    expect([await store.findRun('a'), await store.history('a')]).toEqual([null, []]);
    expect(await store.discardRun('a', 2000)).toBe(false);
    expect((await store.insertRun(newRun('a', keyed), 3000)).kind).toBe('inserted');
    expect(await reported(store, 'a')).toEqual(['training >requested api']);
    const started = await inTraining(store, 'b');
    expect(await store.discardRun('b', started.startAttemptedAt ?? 0)).toBe(false);
  });

  it('abandons a start that may have had its effect', async () => {
    const store = newDatabase().open();
    await store.insertRun(newRun('a', keyed), 1000);
    await store.acquireStartLease('a', 2000);
    expect(await store.abandonRun('a', 1999, 'answer lost', 3000)).toBeNull();
    const freed = { idempotencyKey: null, idempotencyHash: null };
    expect(await store.abandonRun('a', 2000, 'answer lost', 3000)).toMatchObject({
      ...freed,
      status: 'requested',
      stopRequestedAt: 3000,
      abandonedAt: 3000,
    });
    expect(await reported(store, 'a')).toEqual(['training >requested api', 'training requested>requested api: answer lost']);
    expect((await store.insertRun(newRun('b', keyed), 4000)).kind).toBe('inserted');
    expect(await store.acquireStartLease('a', 2000 + startLeaseMs)).toBeNull();
    expect((await store.markStarted('a', arnOf('a'), 'worker', 'found', 5000))?.stopRequestedAt).toBe(3000);
  });
}
