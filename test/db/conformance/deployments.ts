import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';
import { claim, deploy, endpoint, finish, inTraining, newDeployment, queued, reported, trained } from '../samples.ts';

export function deploymentsSuite(newDatabase: () => TestDatabase): void {
  it('makes one deployment out of two requests at once', async () => {
    const { open } = newDatabase();
    const store = open();
    const run = await trained(store, 'a');
    const wanted = newDeployment('d', { trigger: 'api', forced: true });
    const both = await Promise.all([
      open().deployments.request({ trainingJobName: 'a', deployment: wanted, now: 7000 }),
      open().deployments.request({ trainingJobName: 'a', deployment: { ...wanted, deploymentId: 'e' }, now: 7000 }),
    ]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['created', 'existing']);
    const ids = both.map((one) => 'deployment' in one && one.deployment.deploymentId);
    expect(ids[0], 'whichever was first').toBe(ids[1]);
    const made = ids[0] === 'e' ? 'e' : 'd';
    expect(await store.deployments.find(made)).toMatchObject({
      ...wanted,
      deploymentId: made,
      runSeq: run.seq,
      trainingJobName: 'a',
      endpointName: endpoint,
      status: 'queued',
      attempts: 1,
      trainingCreatedAt: 1000,
      createdAt: 7000,
      startedAt: null,
      finishedAt: null,
    });
    expect(await store.deployments.find(made)).not.toHaveProperty('endpointKey');
    expect(await store.deployments.find(made === 'd' ? 'e' : 'd')).toBeNull();
    expect((await reported(store, 'a')).at(-1)).toBe('deployment >queued api');
  });

  it('is withdrawn while it is queued, once, and the next one goes', async () => {
    const store = newDatabase().open();
    const older = await queued(store, 'a', 1000);
    const newer = await queued(store, 'b', 2000);
    await store.deployments.claim({ deploymentId: older.deploymentId, deadlineAt: 90_000, now: 7000 });
    const withdraw = () =>
      store.deployments.withdraw({ deploymentId: newer.deploymentId, failureReason: 'not wanted', now: 8000 });
    const both = await Promise.all([withdraw(), withdraw()]);
    expect(both).toMatchObject([
      {
        deployment: { status: 'failed', failureReason: 'not wanted', failureKind: 'other', finishedAt: 8000, waitsForKind: null },
        next: { deploymentId: older.deploymentId },
      },
      null,
    ]);
    expect((await reported(store, 'b')).at(-1)).toBe('deployment queued>failed api: not wanted');
    const own = await claim(store, older.deploymentId);
    expect(await store.deployments.withdraw({ deploymentId: own.deploymentId, failureReason: 'too late', now: 9000 })).toBeNull();
    expect(await store.deployments.withdraw({ deploymentId: 'none', failureReason: 'not wanted', now: 9000 })).toBeNull();
  });

  it('is an error of the caller for a training that is not completed', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'a');
    await expect(store.deployments.request({ trainingJobName: 'a', deployment: newDeployment('d'), now: 7000 })).rejects.toThrow(
      /not a completed/,
    );
    await expect(
      store.deployments.request({ trainingJobName: 'none', deployment: newDeployment('d'), now: 7000 }),
    ).rejects.toThrow(/not a completed/);
  });

  it('is there already when queued, in progress or, unless forced, deployed; else it is another attempt', async () => {
    const store = newDatabase().open();
    const { deploymentId } = await queued(store, 'a');
    const request = (id: string, forced: boolean) =>
      store.deployments.request({ trainingJobName: 'a', deployment: newDeployment(id, { forced }), now: 9000 });
    const existing = { kind: 'existing', deployment: { deploymentId } };
    expect([await request('x', false), await request('x', true)]).toMatchObject([existing, existing]);
    const own = await claim(store, deploymentId);
    expect([await request('x', false), await request('x', true)]).toMatchObject([existing, existing]);
    await finish(store, own, 'deployed');
    expect(await request('x', false)).toMatchObject(existing);
    expect(await request('second', true)).toMatchObject({ kind: 'created', deployment: { attempts: 2, forced: true } });
    await finish(store, await claim(store, 'second'), 'failed');
    expect(await request('third', false)).toMatchObject({ kind: 'created', deployment: { attempts: 3 } });
  });

  it.each(['live', 'in progress', 'queued'])('yields to a newer training that is %s', async (how) => {
    const store = newDatabase().open();
    await trained(store, 'old', 1000, { endpointName: endpoint.toUpperCase() });
    await trained(store, 'elsewhere', 1000, { endpointName: 'other' });
    if (how === 'live') await deploy(store, 'new', 2000);
    else await queued(store, 'new', 2000);
    if (how === 'in progress') await claim(store, 'd-new');
    expect(await store.deployments.request({ trainingJobName: 'old', deployment: newDeployment('d'), now: 9000 })).toMatchObject({
      kind: 'superseded',
      by: { deploymentId: 'd-new' },
    });
    expect(await store.deployments.find('d')).toBeNull();
    expect(
      (await store.deployments.request({ trainingJobName: 'old', deployment: newDeployment('d', { forced: true }), now: 9000 }))
        .kind,
    ).toBe('created');
    expect(
      (await store.deployments.request({ trainingJobName: 'elsewhere', deployment: newDeployment('e'), now: 9000 })).kind,
    ).toBe('created');
  });

  it('does not yield to a newer training whose deployment came to nothing', async () => {
    const store = newDatabase().open();
    await trained(store, 'old', 1000);
    await queued(store, 'new', 2000);
    await finish(store, await claim(store, 'd-new'), 'rolled_back');
    expect((await store.deployments.request({ trainingJobName: 'old', deployment: newDeployment('d'), now: 9000 })).kind).toBe(
      'created',
    );
  });

  it('orders trainings of one instant by their recording', async () => {
    const store = newDatabase().open();
    await trained(store, 'first', 1000);
    await deploy(store, 'second', 1000);
    expect((await store.deployments.request({ trainingJobName: 'first', deployment: newDeployment('d'), now: 9000 })).kind).toBe(
      'superseded',
    );
  });

  it('knows what went live last on an endpoint', async () => {
    const store = newDatabase().open();
    expect(await store.deployments.findLive(endpoint)).toBeNull();
    await deploy(store, 'new', 2000, 8000);
    await trained(store, 'old', 1000);
    await store.deployments.request({ trainingJobName: 'old', deployment: newDeployment('forced', { forced: true }), now: 8500 });
    const forced = await claim(store, 'forced', 8600);
    expect((await store.deployments.findLive(endpoint.toLowerCase()))?.deploymentId).toBe('d-new');
    await finish(store, forced, 'deployed', 9000);
    expect((await store.deployments.findLive(endpoint.toUpperCase()))?.deploymentId).toBe('forced');
    expect(await store.deployments.findLive('other')).toBeNull();
    // Of one instant, too, the later one.
    await trained(store, 'same', 3000);
    await store.deployments.request({ trainingJobName: 'same', deployment: newDeployment('d-same'), now: 9000 });
    await finish(store, await claim(store, 'd-same', 9000), 'deployed', 9000);
    expect((await store.deployments.findLive(endpoint))?.deploymentId).toBe('d-same');
  });

  it('goes by when they went live, not by when they were requested', async () => {
    const store = newDatabase().open();
    await queued(store, 'new', 2000);
    await trained(store, 'old', 1000);
    await store.deployments.request({ trainingJobName: 'old', deployment: newDeployment('forced', { forced: true }), now: 7000 });
    await finish(store, await claim(store, 'forced'), 'deployed', 8000);
    await finish(store, await claim(store, 'd-new'), 'deployed', 9000);
    expect((await store.deployments.findLive(endpoint))?.deploymentId).toBe('d-new');
  });
}
