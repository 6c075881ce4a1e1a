import { expect, it } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import type { TestDatabase } from './test-database.ts';
import {
  claim,
  completed,
  deploy,
  finish,
  inTraining,
  newDeployment,
  newRun,
  queued,
  reported,
  timedOut,
  trained,
} from '../samples.ts';

const all = { endedBefore: 10_000, keepLive: 2, after: null, limit: 100 };

const namesOf = async (store: Store): Promise<string[]> =>
  (await store.runs.list({ filter: {}, page: { limit: 100, cursor: null } })).items.map(({ trainingJobName }) => trainingJobName);

export function pruningSuite(newDatabase: () => TestDatabase): void {
  it('deletes runs that ended before the instant, with their deployments and history', async () => {
    const store = newDatabase().open();
    await trained(store, 'old');
    const failed = await queued(store, 'failed');
    await finish(store, await claim(store, 'd-failed'), 'failed');
    await store.runs.insert({ run: newRun('requested'), now: 1000 });
    await inTraining(store, 'training');
    await inTraining(store, 'recent');
    await store.runs.finish({ trainingJobName: 'recent', outcome: timedOut, deployment: null, actor: 'poll', now: 10_000 });

    expect(await store.runs.prune(all)).toEqual({ pruned: 2, next: null });
    expect(await namesOf(store)).toEqual(['recent', 'training', 'requested']);
    expect(await store.deployments.find(failed.deploymentId)).toBeNull();
    expect(await reported(store, 'failed')).toEqual([]);
    expect(await store.runs.prune(all)).toEqual({ pruned: 0, next: null });
    // The name and the idempotency key are free again.
    expect((await store.runs.insert({ run: newRun('old'), now: 20_000 })).kind).toBe('inserted');
  });

  it('keeps what is live, and what went live last before it, on each endpoint', async () => {
    const store = newDatabase().open();
    for (const [index, name] of ['one', 'two', 'three', 'four'].entries()) await deploy(store, name, 1000 + index);
    await deploy(store, 'elsewhere', 1000, 8000, { endpointName: 'Other' });
    const newer = await queued(store, 'rolled-back', 5000);
    await finish(store, await claim(store, newer.deploymentId), 'rolled_back');
    expect((await store.runs.prune(all)).pruned).toBe(3);
    expect(await namesOf(store)).toEqual(['elsewhere', 'four', 'three']);
    expect(await store.deployments.findLive('sentiment-endpoint')).toMatchObject({ trainingJobName: 'four' });
  });

  it('keeps runs whose deployment is active, unsettled or recent', async () => {
    const store = newDatabase().open();
    await queued(store, 'in-progress', 1000, { endpointName: 'e1' });
    await claim(store, 'd-in-progress');
    await queued(store, 'waits', 1000, { endpointName: 'e1' });
    await queued(store, 'unsettled', 1000, { endpointName: 'e2' });
    const { deploymentId, fencingToken } = await claim(store, 'd-unsettled');
    const unsettled = { status: 'failed', failureReason: 'late', detail: null, unsettled: true } as const;
    await store.deployments.finish({ deploymentId, fencingToken, outcome: unsettled, now: 8000 });
    await queued(store, 'recent', 1000, { endpointName: 'e3' });
    await finish(store, await claim(store, 'd-recent'), 'failed', 10_000);
    expect(await store.runs.prune(all)).toEqual({ pruned: 0, next: null });
    await store.deployments.recordUnsettled({ deploymentId: 'd-unsettled', since: null });
    expect((await store.runs.prune(all)).pruned).toBe(1);
    expect(await namesOf(store)).toEqual(['recent', 'waits', 'in-progress']);
  });

  it('continues after the last run of a batch, whether or not it was deleted', async () => {
    const store = newDatabase().open();
    await deploy(store, 'live');
    for (const name of ['a', 'b', 'c', 'd']) await trained(store, name);
    let after = null;
    const batches: number[] = [];
    do {
      const batch: Awaited<ReturnType<Store['runs']['prune']>> = await store.runs.prune({ ...all, after, limit: 2 });
      batches.push(batch.pruned);
      ({ next: after } = batch);
    } while (after !== null && batches.length < 10);
    expect(batches).toEqual([1, 2, 1]);
    expect(await namesOf(store)).toEqual(['live']);
  });

  it('lowers the counts of what there is, and no total', async () => {
    const store = newDatabase().open();
    await deploy(store, 'live', 1000, 8000);
    await trained(store, 'gone');
    await inTraining(store, 'deployed-once', 1000, { endpointName: 'e1' });
    await store.runs.finish({
      trainingJobName: 'deployed-once',
      outcome: completed,
      deployment: newDeployment('d-once'),
      actor: 'event',
      now: 6000,
    });
    await finish(store, await claim(store, 'd-once'), 'rolled_back');
    const { metrics } = store;
    const totals = async () => [await metrics.latencies(), await metrics.detections(), await metrics.finished()];
    const before = await totals();
    expect(await store.metrics.pruned()).toBe(0);
    expect((await store.runs.prune(all)).pruned).toBe(2);
    expect(await totals()).toEqual(before);
    expect(await store.metrics.pruned()).toBe(2);
    expect(await store.metrics.counts()).toMatchObject({ runs: { completed: 1 }, deployments: { deployed: 1, rolled_back: 0 } });
  });
}
