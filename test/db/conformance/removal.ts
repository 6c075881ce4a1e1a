import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';
import { claim, deploy, finish, newRun, queued, reported, trained } from '../samples.ts';

export function removalSuite(newDatabase: () => TestDatabase): void {
  it('takes the deployments, the history and what is counted of them along', async () => {
    const store = newDatabase().open();
    await deploy(store, 'live', 1000);
    await queued(store, 'kept', 2000);
    const before = await store.metrics.counts();
    const gone = await queued(store, 'gone', 3000);
    expect(await store.runs.remove({ trainingJobName: 'gone', status: 'completed', now: 9000 })).toBe('removed');
    expect(await store.runs.find('gone')).toBeNull();
    expect(await store.deployments.find(gone.deploymentId)).toBeNull();
    expect(await reported(store, 'gone')).toEqual([]);
    expect(await store.metrics.counts()).toEqual(before);
    expect((await store.runs.find('kept'))?.deploymentStatus).toBe('queued');
    // It is gone from its endpoint's order, too.
    await claim(store, 'd-kept');
    expect(await store.runs.remove({ trainingJobName: 'gone', status: 'completed', now: 9000 })).toBe('changed');
  });

  it('waits for what is in progress', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const inProgress = await claim(store, 'd-a');
    expect(await store.runs.remove({ trainingJobName: 'a', status: 'completed', now: 9000 })).toBe('deployment_in_progress');
    await finish(store, inProgress, 'deployed');
    expect(await store.runs.remove({ trainingJobName: 'a', status: 'completed', now: 9000 })).toBe('removed');
    expect(await store.deployments.findLive('Sentiment-Endpoint')).toBeNull();
  });

  it('removes what was seen, and nothing that has moved on', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a'), now: 1000 });
    expect(await store.runs.remove({ trainingJobName: 'a', status: 'failed', now: 2000 })).toBe('changed');
    expect(await store.runs.find('a')).not.toBeNull();
    await trained(store, 'b');
    const once = await Promise.all([1, 2].map(() => store.runs.remove({ trainingJobName: 'b', status: 'completed', now: 9000 })));
    expect(once.toSorted()).toEqual(['changed', 'removed']);
    // The name is free again.
    expect((await store.runs.insert({ run: newRun('b'), now: 9500 })).kind).toBe('inserted');
  });
}
