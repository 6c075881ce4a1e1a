import { expect, it } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import { claim, deploy, endpoint, finish, queued, reported, trained } from '../samples.ts';
import type { TestDatabase } from './test-database.ts';

const images = [{ specified: 'serve:1', resolved: 'serve@sha256:abc' }];
const both = { models: 1, endpointConfigs: 1 };

const uncleaned = async ({ retention }: Store, name = endpoint): Promise<string[]> =>
  (await retention.listUncleaned(name)).map(({ deploymentId }) => deploymentId);

export function retentionSuite(newDatabase: () => TestDatabase): void {
  it('lists what is on its way or made something, the oldest first, in whatever case the endpoint is named', async () => {
    const store = newDatabase().open();
    await deploy(store, 'a', 1000);
    const failing = await queued(store, 'b', 2000);
    await finish(store, await claim(store, failing.deploymentId), 'failed');
    const withdrawn = await queued(store, 'c', 3000);
    await store.deployments.withdraw({ deploymentId: withdrawn.deploymentId, failureReason: 'stopped', now: 8000 });
    await deploy(store, 'elsewhere', 3500, 8000, { endpointName: 'other' });
    await claim(store, (await queued(store, 'd', 4000)).deploymentId);
    await queued(store, 'e', 5000);
    expect(await uncleaned(store, endpoint.toUpperCase())).toEqual(['d-a', 'd-b', 'd-d', 'd-e']);
    const [first] = await store.retention.listUncleaned(endpoint);
    expect(first).toEqual({
      seq: first?.seq,
      deploymentId: 'd-a',
      trainingJobName: 'a',
      endpointName: endpoint,
      status: 'deployed',
      modelName: 'd-a-model',
      endpointConfigName: null,
      startedAt: 7000,
      finishedAt: 8000,
      unsettledSince: null,
      liveOrder: 1,
      endpointChange: null,
      revert: null,
      isTurnedDown: false,
    });
  });

  it('says whose training was turned down', async () => {
    const store = newDatabase().open();
    await deploy(store, 'a', 1000);
    await deploy(store, 'b', 2000);
    const rollback = { endpointName: endpoint, to: null, by: 'ann', reason: 'errs', hold: false, now: 9000 };
    expect((await store.delivery.rollBack({ deploymentId: 'back', ...rollback })).kind).toBe('created');
    const listed = await store.retention.listUncleaned(endpoint);
    expect(listed.map(({ deploymentId, isTurnedDown }) => [deploymentId, isTurnedDown])).toEqual([
      ['d-a', false],
      ['d-b', true],
      ['back', false],
    ]);
  });

  it('records once that one is cleaned up, with an entry in its history, and counts what was deleted', async () => {
    const { open } = newDatabase();
    const stores = [open(), open()] as const;
    const [store] = stores;
    await deploy(store, 'a');
    expect(await store.retention.deleted()).toEqual({ models: 0, endpointConfigs: 0 });
    const record = { deploymentId: 'd-a', detail: 'clean-up: both are deleted', deleted: both, now: 9000 };
    const results = await Promise.all(stores.map(({ retention }) => retention.recordCleanedUp(record)));
    expect(results.filter((recorded) => recorded)).toHaveLength(1);
    expect(await uncleaned(store)).toEqual([]);
    expect(await store.retention.deleted()).toEqual(both);
    expect((await reported(store, 'a')).filter((entry) => entry.includes('clean-up'))).toEqual([
      'deployment deployed>deployed reconcile: clean-up: both are deleted',
    ]);
    expect((await store.deployments.find('d-a'))?.cleanedUpAt).toBe(9000);
    expect((await store.deployments.findLive(endpoint))?.deploymentId).toBe('d-a');
  });

  it('records nothing of one that is not over, or not there', async () => {
    const store = newDatabase().open();
    await claim(store, (await queued(store, 'a')).deploymentId);
    for (const deploymentId of ['d-a', 'none'])
      expect(await store.retention.recordCleanedUp({ deploymentId, detail: 'x', deleted: both, now: 9000 })).toBe(false);
    expect(await store.retention.deleted()).toEqual({ models: 0, endpointConfigs: 0 });
  });

  it('keeps the images that a deployment went live with, and gives them to its rollback', async () => {
    const store = newDatabase().open();
    const one = await claim(store, (await queued(store, 'a')).deploymentId);
    const { deploymentId, fencingToken } = one;
    await store.deployments.recordProgress({ deploymentId, fencingToken, progress: { images }, now: 7500 });
    await finish(store, one, 'deployed');
    expect((await store.deployments.find('d-a'))?.images).toEqual(images);
    expect((await deploy(store, 'b', 2000)).images).toBeNull();
    await store.retention.recordCleanedUp({ deploymentId, detail: 'x', deleted: both, now: 9000 });
    const rollback = { endpointName: endpoint, to: 'a', by: null, reason: 'errs', hold: false, now: 9500 };
    const result = await store.delivery.rollBack({ deploymentId: 'back', ...rollback });
    expect(result).toMatchObject({ kind: 'created', deployment: { images, cleanedUpAt: null, restores: 'd-a' } });
  });

  it('keeps the images of one that went live after its time limit', async () => {
    const store = newDatabase().open();
    await trained(store, 'other', 500);
    const one = await claim(store, (await queued(store, 'a')).deploymentId);
    const outcome = { status: 'failed', failureReason: 'too late', detail: null, unsettled: true } as const;
    await store.deployments.finish({ deploymentId: one.deploymentId, fencingToken: one.fencingToken, outcome, now: 8000 });
    await store.deployments.revive({ deploymentId: one.deploymentId, inServiceAt: 8500, images, now: 9000 });
    expect(await store.deployments.find('d-a')).toMatchObject({ status: 'deployed', images });
  });
}
