import { expect, it } from 'vitest';
import { startTiming } from '../../../src/core/timing.ts';
import type { TestDatabase } from './test-database.ts';
import { arnOf, completed, inTraining, newRun, reported } from '../samples.ts';

const keyed = { idempotencyKey: 'key', idempotencyHash: 'hash' };

export function startSuite(newDatabase: () => TestDatabase): void {
  it('holds its start lease from the insert on, where wanted', async () => {
    const store = newDatabase().open();
    const inserted = await store.runs.insert({ run: newRun('job'), now: 1000, startNow: true });
    expect(inserted).toMatchObject({ kind: 'inserted', run: { startAttemptedAt: 1000, startAttempts: 1 } });
    expect(await store.runs.acquireStartLease({ trainingJobName: 'job', now: 2000 })).toBeNull();
    expect(
      await store.runs.releaseStartLease({ trainingJobName: 'job', startAttemptedAt: 1000, refusedSince: null, now: 2000 }),
    ).not.toBeNull();
    expect(await store.runs.acquireStartLease({ trainingJobName: 'job', now: 3000 })).toMatchObject({
      startAttemptedAt: 3000,
      startAttempts: 2,
    });
  });

  it('lets one process start a run', async () => {
    const { open } = newDatabase();
    await open().runs.insert({ run: newRun('a'), now: 1000 });
    const both = await Promise.all(
      [open(), open()].map((store) => store.runs.acquireStartLease({ trainingJobName: 'a', now: 2000 })),
    );
    expect(both.filter((run) => run !== null)).toEqual([expect.objectContaining({ startAttemptedAt: 2000, startAttempts: 1 })]);
    expect(await open().runs.acquireStartLease({ trainingJobName: 'none', now: 2000 })).toBeNull();
  });

  it('lets another one try when the lease is over, be it for a clock that was ahead', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a'), now: 1000 });
    const begin = async (now: number): Promise<unknown> =>
      (await store.runs.acquireStartLease({ trainingJobName: 'a', now }))?.startAttemptedAt;
    const first = 100_000;
    expect(await begin(first)).toBe(first);
    expect(await begin(first + startTiming.leaseMs - 1)).toBeUndefined();
    expect(await begin(first + startTiming.leaseMs)).toBe(first + startTiming.leaseMs);
    expect(await begin(first + 1)).toBeUndefined();
    expect(await begin(first)).toBe(first);
    expect((await store.runs.find('a'))?.startAttempts).toBe(3);
  });

  it('starts nothing that is to be stopped, or is started', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a'), now: 1000 });
    await store.runs.requestStop({ trainingJobName: 'a', now: 1500 });
    await inTraining(store, 'b');
    expect([
      await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2000 }),
      await store.runs.acquireStartLease({ trainingJobName: 'b', now: 2000 + startTiming.leaseMs }),
    ]).toEqual([null, null]);
  });

  it('is free at once for the next when an attempt says that it is over', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a'), now: 1000 });
    await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2000 });
    expect(
      await store.runs.releaseStartLease({ trainingJobName: 'a', startAttemptedAt: 1999, refusedSince: null, now: 2100 }),
    ).toBeNull();
    expect(await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2100 })).toBeNull();
    expect(
      await store.runs.releaseStartLease({ trainingJobName: 'a', startAttemptedAt: 2000, refusedSince: null, now: 2200 }),
    ).toMatchObject({
      startAttemptedAt: null,
      updatedAt: 2200,
    });
    expect(await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2300 })).toMatchObject({
      startAttemptedAt: 2300,
      startAttempts: 2,
    });
  });

  it('remembers an attempt whose lease was never released, through later ones that were', async () => {
    const store = newDatabase().open();
    const { leaseMs } = startTiming;
    await store.runs.insert({ run: newRun('a'), now: 1000, startNow: true });
    const attempt = async (now: number) => (await store.runs.acquireStartLease({ trainingJobName: 'a', now }))?.startUnresolvedAt;
    const release = (startAttemptedAt: number) =>
      store.runs.releaseStartLease({ trainingJobName: 'a', startAttemptedAt, refusedSince: null, now: startAttemptedAt });
    await release(1000);
    expect(await attempt(2000)).toBeNull();
    expect(await attempt(2000 + leaseMs)).toBe(2000);
    await release(2000 + leaseMs);
    expect(await attempt(3000 + leaseMs)).toBe(2000);
    expect(await attempt(3000 + 2 * leaseMs)).toBe(3000 + leaseMs);
  });

  it('cancels a start while this attempt holds it, with the reason and a stop of what there may be', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a', keyed), now: 1000 });
    await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2000 });
    const cancelStart = (startAttemptedAt: number) =>
      store.runs.cancelStart({
        trainingJobName: 'a',
        startAttemptedAt,
        failureReason: 'denied',
        failureKind: 'access_denied',
        actor: 'poll',
        now: 3000,
      });
    expect(await cancelStart(1999)).toBeNull();
    expect(await cancelStart(2000)).toMatchObject({
      ...keyed,
      status: 'requested',
      stopRequestedAt: 3000,
      abandonedAt: null,
      failureReason: 'denied',
      failureKind: 'access_denied',
    });
    expect(await cancelStart(2000)).toBeNull();
    expect(await reported(store, 'a')).toEqual([
      'training >requested api',
      'training requested>requested poll: stop requested: denied',
    ]);
    expect(await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2000 + startTiming.leaseMs })).toBeNull();
  });

  it('records the training once', async () => {
    const { open } = newDatabase();
    const store = open();
    await store.runs.insert({ run: newRun('a'), now: 1000 });
    await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2000 });
    const both = await Promise.all(
      [open(), open()].map((one) =>
        one.runs.markStarted({ trainingJobName: 'a', trainingJobArn: arnOf('a'), actor: 'worker', detail: 'started', now: 3000 }),
      ),
    );
    expect(both.filter((run) => run !== null)).toEqual([
      expect.objectContaining({ status: 'training', trainingJobArn: arnOf('a'), trainingSinceAt: 3000, startAttemptedAt: 2000 }),
    ]);
    expect(await reported(store, 'a')).toEqual(['training >requested api', 'training requested>training worker: started']);
    expect(
      await store.runs.releaseStartLease({ trainingJobName: 'a', startAttemptedAt: 2000, refusedSince: null, now: 4000 }),
    ).toBeNull();
  });

  it('discards a run, its history and its key, while this attempt holds it', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a', keyed), now: 1000 });
    await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2000 });
    expect(await store.runs.discard({ trainingJobName: 'a', startAttemptedAt: 1999 })).toBe(false);
    expect(await store.runs.discard({ trainingJobName: 'a', startAttemptedAt: 2000 })).toBe(true);
    expect([await store.runs.find('a'), await store.history.list({ trainingJobName: 'a' })]).toEqual([null, []]);
    expect(await store.runs.discard({ trainingJobName: 'a', startAttemptedAt: 2000 })).toBe(false);
    expect((await store.runs.insert({ run: newRun('a', keyed), now: 3000 })).kind).toBe('inserted');
    expect(await reported(store, 'a')).toEqual(['training >requested api']);
    const started = await inTraining(store, 'b');
    expect(await store.runs.discard({ trainingJobName: 'b', startAttemptedAt: started.startAttemptedAt ?? 0 })).toBe(false);
  });

  it('abandons a start that may have had its effect', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a', keyed), now: 1000 });
    await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2000 });
    expect(
      await store.runs.abandon({ trainingJobName: 'a', startAttemptedAt: 1999, detail: 'answer lost', now: 3000 }),
    ).toBeNull();
    const freed = { idempotencyKey: null, idempotencyHash: null };
    expect(
      await store.runs.abandon({ trainingJobName: 'a', startAttemptedAt: 2000, detail: 'answer lost', now: 3000 }),
    ).toMatchObject({
      ...freed,
      status: 'requested',
      stopRequestedAt: 3000,
      abandonedAt: 3000,
    });
    expect(await reported(store, 'a')).toEqual(['training >requested api', 'training requested>requested api: answer lost']);
    expect((await store.runs.insert({ run: newRun('b', keyed), now: 4000 })).kind).toBe('inserted');
    expect(await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2000 + startTiming.leaseMs })).toBeNull();
    expect(
      (
        await store.runs.markStarted({
          trainingJobName: 'a',
          trainingJobArn: arnOf('a'),
          actor: 'worker',
          detail: 'found',
          now: 5000,
        })
      )?.stopRequestedAt,
    ).toBe(3000);
  });

  it('ends a start only while the run has the same lease', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a'), now: 1000, startNow: true });
    const refused = { ...completed, status: 'failed', failureReason: 'refused' } as const;
    const end = (startAttemptedAt: number | null) =>
      store.runs.finish({ trainingJobName: 'a', outcome: refused, startAttemptedAt, deployment: null, actor: 'poll', now: 9000 });
    expect([await end(500), await end(null)]).toEqual([null, null]);
    await store.runs.acquireStartLease({ trainingJobName: 'a', now: 1000 + startTiming.leaseMs });
    expect(await end(1000)).toBeNull();
    await store.runs.markStarted({
      trainingJobName: 'a',
      trainingJobArn: arnOf('a'),
      actor: 'poll',
      detail: 'found',
      now: 20_000,
    });
    expect(await end(1000 + startTiming.leaseMs)).toBeNull();
    expect(await store.runs.find('a')).toMatchObject({ status: 'training', failureReason: null });

    await store.runs.insert({ run: newRun('b'), now: 1000, startNow: true });
    await store.runs.releaseStartLease({ trainingJobName: 'b', startAttemptedAt: 1000, refusedSince: null, now: 2000 });
    const ended = await store.runs.finish({
      trainingJobName: 'b',
      outcome: refused,
      startAttemptedAt: null,
      deployment: null,
      actor: 'poll',
      now: 9000,
    });
    expect(ended?.run).toMatchObject({ status: 'failed', failureReason: 'refused' });
  });
}
