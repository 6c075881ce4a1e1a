import { expect, it } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import type { TestDatabase } from './test-database.ts';
import { claim, deploy, endpoint, finish, inTraining, newDeployment, trained } from '../samples.ts';

const requestKey = { key: 'mine', digest: 'so' };
const otherDigest = { key: 'mine', digest: 'otherwise' };

const request = (store: Store, deploymentId: string, more: object = {}) =>
  store.deployments.request({
    trainingJobName: 'trained',
    deployment: newDeployment(deploymentId, { trigger: 'api', forced: true }),
    requestKey,
    now: 9000,
    ...more,
  });

const rollBack = (store: Store, deploymentId: string, more: object = {}) =>
  store.delivery.rollBack({
    endpointName: endpoint,
    to: null,
    deploymentId,
    by: 'ana',
    reason: 'it is wrong',
    hold: false,
    requestKey,
    now: 20_000,
    ...more,
  });

async function goLive(store: Store, deploymentId: string): Promise<void> {
  await finish(store, await claim(store, deploymentId, 21_000), 'deployed', 22_000);
}

export function requestKeysSuite(newDatabase: () => TestDatabase): void {
  it('a repeated deployment comes to the same one, also when that has ended', async () => {
    const database = newDatabase();
    const [store, other] = [database.open(), database.open()];
    await trained(store, 'trained');
    expect(await request(store, 'first')).toMatchObject({ kind: 'created' });
    await finish(store, await claim(store, 'first', 10_000), 'failed', 11_000);
    expect(await request(other, 'second')).toMatchObject({ kind: 'repeated', deployment: { deploymentId: 'first' } });
    expect(await request(other, 'second', { requestKey: otherDigest })).toEqual({ kind: 'key_taken' });
    expect(await request(other, 'second', { requestKey: null })).toMatchObject({ kind: 'created' });
  });

  it('a request that found a deployment comes to that one when it is repeated', async () => {
    const store = newDatabase().open();
    await trained(store, 'trained');
    await request(store, 'first', { requestKey: null });
    expect(await request(store, 'second')).toMatchObject({ kind: 'existing', deployment: { deploymentId: 'first' } });
    await finish(store, await claim(store, 'first', 10_000), 'failed', 11_000);
    expect(await request(store, 'third')).toMatchObject({ kind: 'repeated', deployment: { deploymentId: 'first' } });
  });

  it('a repeated rollback goes back no further', async () => {
    const store = newDatabase().open();
    for (const [index, name] of ['first', 'second', 'third'].entries()) await deploy(store, name, 1000 + index * 1000);
    expect(await rollBack(store, 'back')).toMatchObject({ kind: 'created', deployment: { trainingJobName: 'second' } });
    expect(await rollBack(store, 'back-2')).toMatchObject({ kind: 'repeated', deployment: { deploymentId: 'back' } });
    await goLive(store, 'back');
    expect(await rollBack(store, 'back-2')).toMatchObject({ kind: 'repeated', deployment: { deploymentId: 'back' } });
    expect(await rollBack(store, 'back-2', { requestKey: otherDigest })).toEqual({ kind: 'key_taken' });
    expect(await rollBack(store, 'back-2', { requestKey: { key: 'next', digest: 'so' } })).toMatchObject({
      kind: 'created',
      deployment: { trainingJobName: 'first' },
    });
  });

  it('records nothing for a request that is refused', async () => {
    const store = newDatabase().open();
    await trained(store, 'trained');
    await deploy(store, 'newer', 5000);
    const unforced = { deployment: newDeployment('first', { trigger: 'api' }) };
    expect(await request(store, 'first', unforced)).toMatchObject({ kind: 'superseded' });
    expect(await store.requestKeys.findDigest('mine')).toBeNull();
    expect(await rollBack(store, 'back')).toMatchObject({ kind: 'nothing_to_roll_back_to' });
    expect(await store.requestKeys.findDigest('mine')).toBeNull();
  });

  it('records the key of a stop, and forgets it with the run', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'trained');
    await store.runs.requestStop({ trainingJobName: 'trained', requestKey, now: 2000 });
    expect(await store.requestKeys.findDigest('mine')).toBe('so');
    const outcome = {
      status: 'stopped' as const,
      secondaryStatus: null,
      failureReason: null,
      modelArtifact: null,
      metrics: null,
    };
    const rest = { trainingEndedAt: 3000, failureKind: null, trainingCreatedAt: null };
    await store.runs.finish({
      trainingJobName: 'trained',
      outcome: { ...outcome, ...rest },
      deployment: null,
      actor: 'poll',
      now: 3000,
    });
    expect(await store.runs.remove({ trainingJobName: 'trained', status: 'stopped', now: 4000 })).toBe('removed');
    expect(await store.requestKeys.findDigest('mine')).toBeNull();
  });
}
