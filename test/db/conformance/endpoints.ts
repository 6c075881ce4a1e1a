import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';
import { claim, deploy, endpoint, finish, inTraining, newDeployment, present, queued, trained } from '../samples.ts';

const hold = { endpointName: endpoint, by: 'ana', reason: 'look first', now: 7000 };
const release = { endpointName: endpoint, by: 'ben', reason: null, now: 9000 };

export function endpointsSuite(newDatabase: () => TestDatabase): void {
  it('is held since the first hold, in whatever case its name is written, and released once', async () => {
    const store = newDatabase().open();
    expect(await store.endpoints.find(endpoint)).toBeNull();
    expect(await store.endpoints.release(release)).toBeNull();
    const held = {
      endpointName: endpoint,
      heldSince: 7000,
      heldBy: 'ana',
      holdReason: 'look first',
      rolledBackAt: null,
      tagsDue: true,
    };
    expect(await store.endpoints.hold(hold)).toEqual(held);
    expect(await store.endpoints.find(endpoint.toUpperCase())).toEqual(held);
    const repeated = { endpointName: endpoint.toLowerCase(), by: 'ben', reason: 'still', now: 8000 };
    expect(await store.endpoints.hold(repeated)).toEqual({ ...held, heldBy: 'ben', holdReason: 'still' });
    const free = { heldSince: null, heldBy: null, holdReason: null };
    expect(await store.endpoints.release(release)).toEqual({ record: { ...held, ...free }, next: null });
    expect(await store.endpoints.release(release)).toBeNull();
  });

  it('lets nothing but what is forced be claimed while it is held', async () => {
    const store = newDatabase().open();
    await queued(store, 'a', 1000);
    await store.endpoints.hold(hold);
    const tryClaim = (deploymentId: string) => store.deployments.claim({ deploymentId, deadlineAt: 60_000, now: 7500 });
    expect(await tryClaim('d-a')).toEqual({ kind: 'held', detail: 'the endpoint is held by ana: look first' });
    expect(await store.deployments.find('d-a')).toMatchObject({ status: 'queued', waitsForKind: 'hold', waitsForSince: 7500 });
    await trained(store, 'b', 500);
    await store.deployments.request({ trainingJobName: 'b', deployment: newDeployment('forced', { forced: true }), now: 8000 });
    await finish(store, await claim(store, 'forced'), 'failed');
    expect(await store.endpoints.release(release)).toMatchObject({ next: { deploymentId: 'd-a' } });
    expect(await tryClaim('d-a')).toMatchObject({ kind: 'claimed', deployment: { waitsForKind: null } });
  });

  it('learns what tags say only where nothing is known', async () => {
    const store = newDatabase().open();
    const learned = { endpointName: endpoint, heldSince: 5, heldBy: 'ana', holdReason: null, rolledBackAt: 4 };
    await store.endpoints.learn(learned);
    expect(await store.endpoints.find(endpoint)).toEqual({ ...learned, tagsDue: false });
    await store.endpoints.learn({ ...learned, endpointName: endpoint.toUpperCase(), heldSince: null });
    expect(await store.endpoints.find(endpoint)).toMatchObject({ heldSince: 5 });
  });

  it('lists those whose tags are due, until these say what is recorded', async () => {
    const store = newDatabase().open();
    const before = await store.endpoints.hold(hold);
    await store.endpoints.hold({ ...hold, endpointName: 'other' });
    const due = async () => (await store.endpoints.listTagsDue(10)).map(({ endpointName }) => endpointName);
    expect(await due()).toEqual(['other', endpoint]);
    expect(await store.endpoints.listTagsDue(1)).toHaveLength(1);
    await store.endpoints.release(release);
    await store.endpoints.recordTagged(before);
    expect(await due(), 'it has changed since').toEqual(['other', endpoint]);
    await store.endpoints.recordTagged(present(await store.endpoints.find(endpoint)));
    expect(await due()).toEqual(['other']);
    await store.endpoints.recordTagged(present(await store.endpoints.find('other')));
    expect(await due()).toEqual([]);
  });

  it('is known by a run, a deployment or a hold, once in whatever case', async () => {
    const store = newDatabase().open();
    expect(await store.endpoints.listNames()).toEqual([]);
    await inTraining(store, 'a', 1000, { endpointName: 'Zeta' });
    await queued(store, 'b', 1000, { endpointName: 'alpha' });
    await store.endpoints.hold({ ...hold, endpointName: 'ALPHA' });
    await store.endpoints.hold({ ...hold, endpointName: 'mid' });
    const names = await store.endpoints.listNames();
    expect(names.map((name) => name.toLowerCase())).toEqual(['alpha', 'mid', 'zeta']);
  });

  it('lists what was live, the newest first, each content once and without what is live', async () => {
    const store = newDatabase().open();
    await deploy(store, 'first', 1000, 8000);
    await deploy(store, 'second', 2000, 9000);
    await store.deployments.request({
      trainingJobName: 'first',
      deployment: newDeployment('back', { forced: true, modelName: 'd-first-model' }),
      now: 9500,
    });
    await finish(store, await claim(store, 'back', 9500), 'deployed', 10_000);
    await deploy(store, 'third', 3000, 11_000);
    await deploy(store, 'elsewhere', 3000, 11_000, { endpointName: 'other' });
    const former = async (limit: number) =>
      (await store.endpoints.listFormer({ endpointName: endpoint.toLowerCase(), limit })).map(({ deploymentId }) => deploymentId);
    expect(await former(10)).toEqual(['back', 'd-second']);
    expect(await former(1)).toEqual(['back']);
  });
}
