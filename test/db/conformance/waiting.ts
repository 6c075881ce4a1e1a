import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';
import { inTraining, newRun } from '../samples.ts';

export function waitingSuite(newDatabase: () => TestDatabase): void {
  it('lists the runs without an attempt in progress, in order of recording', async () => {
    const store = newDatabase().open();
    for (const name of ['c', 'a', 'b', 'd']) await store.runs.insert({ run: newRun(name), now: 1000 });
    await inTraining(store, 'started');
    await store.runs.insert({ run: newRun('attempted'), now: 1000, startNow: true });
    await store.runs.insert({ run: newRun('throttled'), now: 1000, startNow: true });
    await store.runs.releaseStartLease({ trainingJobName: 'throttled', startAttemptedAt: 1000, now: 2000 });
    await store.runs.requestStop({ trainingJobName: 'a', now: 2000 });

    const names = (runs: { trainingJobName: string }[]): string[] => runs.map(({ trainingJobName }) => trainingJobName);
    const all = await store.runs.listWaitingForStart({ afterSeq: 0, limit: 10 });
    expect(names(all)).toEqual(['c', 'b', 'd', 'throttled']);
    const page = await store.runs.listWaitingForStart({ afterSeq: all[0]?.seq ?? 0, limit: 2 });
    expect(names(page)).toEqual(['b', 'd']);
  });
}
