import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';
import { claim, deploy, finish, newRun, queued, reported, trained } from '../samples.ts';

export function removalSuite(newDatabase: () => TestDatabase): void {
  it('takes the deployments, the history and what is counted of them along', async () => {
    const store = newDatabase().open();
    await deploy(store, 'live', 1000);
    await queued(store, 'kept', 2000);
    const before = await store.counts();
    const gone = await queued(store, 'gone', 3000);
    expect(await store.removeRun('gone', 'completed', 9000)).toBe('removed');
    expect(await store.findRun('gone')).toBeNull();
    expect(await store.findDeployment(gone.deploymentId)).toBeNull();
    expect(await reported(store, 'gone')).toEqual([]);
    expect(await store.counts()).toEqual(before);
    expect((await store.findRun('kept'))?.deploymentStatus).toBe('queued');
    // It is gone from its endpoint's order, too.
    await claim(store, 'd-kept');
    expect(await store.removeRun('gone', 'completed', 9000)).toBe('changed');
  });

  it('waits for what is in progress', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const inProgress = await claim(store, 'd-a');
    expect(await store.removeRun('a', 'completed', 9000)).toBe('deployment_in_progress');
    await finish(store, inProgress, 'deployed');
    expect(await store.removeRun('a', 'completed', 9000)).toBe('removed');
    expect(await store.liveDeployment('Sentiment-Endpoint')).toBeNull();
  });

  it('removes what was seen, and nothing that has moved on', async () => {
    const store = newDatabase().open();
    await store.insertRun(newRun('a'), 1000);
    expect(await store.removeRun('a', 'failed', 2000)).toBe('changed');
    expect(await store.findRun('a')).not.toBeNull();
    await trained(store, 'b');
    const once = await Promise.all([1, 2].map(() => store.removeRun('b', 'completed', 9000)));
    expect(once.toSorted()).toEqual(['changed', 'removed']);
    // The name is free again.
    expect((await store.insertRun(newRun('b'), 9500)).kind).toBe('inserted');
  });
}
