import { expect, it } from 'vitest';
import { startTiming } from '../../../src/core/timing.ts';
import type { TestDatabase } from './test-database.ts';
import { arnOf, inTraining, newRun } from '../samples.ts';

export function waitingSuite(newDatabase: () => TestDatabase): void {
  it('lists the runs without an attempt in progress, in order of recording', async () => {
    const store = newDatabase().open();
    for (const name of ['c', 'a', 'b', 'd']) await store.runs.insert({ run: newRun(name), now: 1000 });
    await inTraining(store, 'started');
    await store.runs.insert({ run: newRun('attempted'), now: 1000, startNow: true });
    await store.runs.insert({ run: newRun('throttled'), now: 1000, startNow: true });
    await store.runs.releaseStartLease({ trainingJobName: 'throttled', startAttemptedAt: 1000, refusedSince: null, now: 2000 });
    await store.runs.requestStop({ trainingJobName: 'a', now: 2000 });

    const names = (runs: { trainingJobName: string }[]): string[] => runs.map(({ trainingJobName }) => trainingJobName);
    const all = await store.runs.listWaitingForStart({ afterSeq: 0, limit: 10, now: 3000 });
    expect(names(all)).toEqual(['c', 'b', 'd', 'throttled']);
    const page = await store.runs.listWaitingForStart({ afterSeq: all[0]?.seq ?? 0, limit: 2, now: 3000 });
    expect(names(page)).toEqual(['b', 'd']);
  });

  it('lists a run whose attempt was never heard of again when its lease is over, and once', async () => {
    const store = newDatabase().open();
    const { leaseMs } = startTiming;
    await store.runs.insert({ run: newRun('died'), now: 1000 });
    await store.runs.insert({ run: newRun('of-a-request'), now: 1000, startNow: true });
    const waiting = async (now: number) =>
      (await store.runs.listWaitingForStart({ afterSeq: 0, limit: 10, now })).map(({ trainingJobName }) => trainingJobName);
    const attempt = (now: number) => store.runs.acquireStartLease({ trainingJobName: 'died', now });
    await attempt(2000);
    expect(await waiting(2000 + leaseMs - 1)).toEqual([]);
    expect(await waiting(2000 + leaseMs)).toEqual(['died']);
    await attempt(2000 + leaseMs);
    expect(await waiting(2000 + 2 * leaseMs)).toEqual([]);
    const attempted = { trainingJobName: 'died', startAttemptedAt: 2000 + leaseMs, refusedSince: null };
    await store.runs.releaseStartLease({ ...attempted, now: 3000 + leaseMs });
    expect(await waiting(3000 + leaseMs)).toEqual(['died']);
  });

  it('leaves out a run that SageMaker refuses, from the first refusal until it starts', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a'), now: 1000 });
    const waiting = async () => (await store.runs.listWaitingForStart({ afterSeq: 0, limit: 10, now: 3000 })).length;
    const attempt = async (at: number, refusedSince: number | null) => {
      await store.runs.acquireStartLease({ trainingJobName: 'a', now: at });
      return store.runs.releaseStartLease({ trainingJobName: 'a', startAttemptedAt: at, refusedSince, now: at + 1 });
    };
    expect(await attempt(2000, null)).toMatchObject({ startRefusedSince: null });
    expect(await waiting()).toBe(1);
    expect(await attempt(3000, 2500)).toMatchObject({ startRefusedSince: 2500, startAttemptedAt: null });
    expect(await waiting()).toBe(0);
    // As after one that is throttled in between.
    expect(await attempt(4000, null)).toMatchObject({ startRefusedSince: 2500 });
    const started = { trainingJobName: 'a', trainingJobArn: arnOf('a'), actor: 'worker', detail: 'started', now: 5000 } as const;
    expect(await store.runs.markStarted(started)).toMatchObject({ status: 'training', startRefusedSince: null });
  });
}
