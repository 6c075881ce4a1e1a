import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Deployment } from '../../../src/core/deployment/deployment.ts';
import { compareQueued, givesWayTo } from '../../../src/core/deployment/order.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { TestDatabase } from './test-database.ts';
import {
  claim,
  completed,
  deploy,
  endpoint,
  finish,
  inTraining,
  newDeployment,
  present,
  queued,
  reported,
  trained,
} from '../samples.ts';

const force = async (store: Store, name: string, id: string): Promise<void> => {
  await store.deployments.request({
    trainingJobName: name,
    deployment: newDeployment(id, { forced: true, trigger: 'api' }),
    now: 6500,
  });
};

/** A completed run with a queued deployment: `createdAt` is by our clock, `trainingCreatedAt` by SageMaker's. */
async function completedAt(store: Store, name: string, at: { createdAt: number; trainingCreatedAt: number }) {
  await inTraining(store, name, at.createdAt);
  const outcome = { ...completed, trainingCreatedAt: at.trainingCreatedAt };
  return (
    await store.runs.finish({ trainingJobName: name, outcome, deployment: newDeployment(`d-${name}`), actor: 'poll', now: 6000 })
  )?.deployment;
}

export function orderSuite(newDatabase: () => TestDatabase): void {
  it('gives the endpoint to one of two that are claimed at once', async () => {
    const { open } = newDatabase();
    const store = open();
    await queued(store, 'a');
    const both = await Promise.all(
      [open(), open()].map((one) => one.deployments.claim({ deploymentId: 'd-a', deadlineAt: 90_000, now: 7000 })),
    );
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['claimed', 'gone']);
    expect(await store.deployments.find('d-a')).toMatchObject({
      status: 'in_progress',
      startedAt: 7000,
      deadlineAt: 90_000,
      fencingToken: 1,
    });
    expect((await reported(store, 'a')).at(-1)).toBe('deployment queued>in_progress worker');
    expect(await store.deployments.claim({ deploymentId: 'none', deadlineAt: 90_000, now: 7000 })).toEqual({ kind: 'gone' });
  });

  it('waits for the one in progress, whatever the case of its endpoint name', async () => {
    const store = newDatabase().open();
    await queued(store, 'old', 1000);
    await claim(store, 'd-old');
    await queued(store, 'new', 2000, { endpointName: endpoint.toUpperCase() });
    const wait = { kind: 'wait', behind: { deploymentId: 'd-old' } };
    expect(await store.deployments.claim({ deploymentId: 'd-new', deadlineAt: 90_000, now: 7000 })).toMatchObject(wait);
    await trained(store, 'third', 500);
    await force(store, 'third', 'forced');
    expect(await store.deployments.claim({ deploymentId: 'forced', deadlineAt: 90_000, now: 7000 })).toMatchObject(wait);
    await queued(store, 'elsewhere', 1000, { endpointName: 'other' });
    expect((await store.deployments.claim({ deploymentId: 'd-elsewhere', deadlineAt: 90_000, now: 7000 })).kind).toBe('claimed');
  });

  it('puts back what is live only where nothing else has gone live since', async () => {
    const store = newDatabase().open();
    await deploy(store, 'live', 2000, 8000);
    const restoreEndpoint = (id: string): Promise<unknown> =>
      store.deployments.request({
        trainingJobName: 'live',
        deployment: newDeployment(id, { forced: true, trigger: 'reconcile' }),
        now: 8500,
      });
    await restoreEndpoint('d-again');
    await finish(store, await claim(store, 'd-again', 9000), 'deployed', 9500);
    await restoreEndpoint('d-late');
    await trained(store, 'older', 1000);
    await force(store, 'older', 'd-older');
    expect(await store.deployments.claim({ deploymentId: 'd-older', deadlineAt: 90_000, now: 9600 })).toMatchObject({
      kind: 'wait',
      behind: { deploymentId: 'd-late' },
    });
    await finish(store, await claim(store, 'd-late', 9700), 'deployed', 9800);
    const older = await claim(store, 'd-older', 9900);
    await restoreEndpoint('d-latest');
    await finish(store, older, 'deployed', 10_000);
    expect(await store.deployments.claim({ deploymentId: 'd-latest', deadlineAt: 90_000, now: 10_100 })).toMatchObject({
      kind: 'superseded',
      deployment: { supersededBy: 'older', failureReason: 'superseded by older, which has gone live since' },
    });
  });

  it('lets the newest that waits go first, and supersedes the older when it is live', async () => {
    const store = newDatabase().open();
    for (const [name, at] of [
      ['first', 1000],
      ['third', 3000],
      ['second', 2000],
    ] as const)
      await queued(store, name, at);
    for (const older of ['d-first', 'd-second']) {
      expect(await store.deployments.claim({ deploymentId: older, deadlineAt: 90_000, now: 7000 })).toMatchObject({
        kind: 'wait',
        behind: { deploymentId: 'd-third' },
      });
    }
    const third = await claim(store, 'd-third');
    await queued(store, 'fourth', 4000);
    const { deployment, next, superseded: ended } = await finish(store, third, 'deployed', 8000);
    expect([deployment.status, deployment.finishedAt, next?.deploymentId]).toEqual(['deployed', 8000, 'd-fourth']);
    expect(ended.map(({ deploymentId }) => deploymentId).toSorted()).toEqual(['d-first', 'd-second']);
    const superseded = {
      status: 'superseded',
      supersededBy: 'third',
      finishedAt: 8000,
      failureReason: 'superseded by third, which is newer',
    };
    expect([await store.deployments.find('d-first'), await store.deployments.find('d-second')]).toMatchObject([
      superseded,
      superseded,
    ]);
    expect((await reported(store, 'first')).at(-1)).toBe(
      'deployment queued>superseded worker: superseded by third, which is newer',
    );
    expect((await store.deployments.claim({ deploymentId: 'd-first', deadlineAt: 90_000, now: 9000 })).kind).toBe('gone');
    await claim(store, 'd-fourth');
  });

  it('leaves what waits elsewhere, or was forced, alone', async () => {
    const store = newDatabase().open();
    await queued(store, 'new', 3000);
    const running = await claim(store, 'd-new');
    await queued(store, 'elsewhere', 1000, { endpointName: 'other' });
    await trained(store, 'old', 1000);
    await force(store, 'old', 'forced');
    const { next } = await finish(store, running, 'deployed');
    expect(next?.deploymentId).toBe('forced');
    expect((await store.deployments.find('d-elsewhere'))?.status).toBe('queued');
    await claim(store, 'forced');
  });

  it.each(['rolled_back', 'failed'] as const)('continues with the newest that waits when one is %s', async (status) => {
    const store = newDatabase().open();
    await queued(store, 'new', 3000);
    const running = await claim(store, 'd-new');
    await queued(store, 'older', 1000);
    await queued(store, 'old', 2000);
    const { deployment, next } = await finish(store, running, status);
    expect([deployment.status, next?.deploymentId]).toEqual([status, 'd-old']);
    expect((await store.deployments.find('d-older'))?.status).toBe('queued');
    await claim(store, 'd-old');
  });

  it('supersedes a claimed one when a newer training is live', async () => {
    const store = newDatabase().open();
    await deploy(store, 'new', 2000);
    await queued(store, 'old', 1000);
    expect(await store.deployments.claim({ deploymentId: 'd-old', deadlineAt: 90_000, now: 9000 })).toMatchObject({
      kind: 'superseded',
      deployment: { status: 'superseded', supersededBy: 'new', finishedAt: 9000, startedAt: null },
    });
    expect((await reported(store, 'old')).at(-1)).toMatch(/^deployment queued>superseded worker: superseded by new/);
    expect((await store.runs.find('old'))?.deploymentStatus).toBe('superseded');
  });

  it('compares with what is live, not with what once was', async () => {
    const store = newDatabase().open();
    await deploy(store, 'third', 3000);
    await trained(store, 'first', 1000);
    await force(store, 'first', 'forced');
    await finish(store, await claim(store, 'forced'), 'deployed', 9000);
    await queued(store, 'second', 2000);
    expect((await store.deployments.claim({ deploymentId: 'd-second', deadlineAt: 90_000, now: 10_000 })).kind).toBe('claimed');
  });

  it('goes by when SageMaker made the trainings, not by when the runs were requested', async () => {
    const store = newDatabase().open();
    // A clock that was ahead, and has been corrected since.
    const older = present(await completedAt(store, 'older', { createdAt: 900_000, trainingCreatedAt: 1000 }));
    expect(older).toMatchObject({ trainingCreatedAt: 1000 });
    await finish(store, await claim(store, older.deploymentId), 'deployed');
    const newer = present(await completedAt(store, 'newer', { createdAt: 5000, trainingCreatedAt: 2000 }));
    expect((await store.deployments.claim({ deploymentId: newer.deploymentId, deadlineAt: 90_000, now: 7000 })).kind).toBe(
      'claimed',
    );
    const wanted = newDeployment('repeated', { trigger: 'api' });
    expect(await store.deployments.request({ trainingJobName: 'older', deployment: wanted, now: 9000 })).toMatchObject({
      kind: 'superseded',
      by: { trainingJobName: 'newer' },
    });
    // Of one instant the one that was recorded later.
    const same = present(await completedAt(store, 'same', { createdAt: 1, trainingCreatedAt: 2000 }));
    await finish(
      store,
      present(await store.deployments.reclaim({ deploymentId: newer.deploymentId, now: 7100, intervalMs: 15_000 })),
      'deployed',
    );
    expect((await store.deployments.claim({ deploymentId: same.deploymentId, deadlineAt: 90_000, now: 7000 })).kind).toBe(
      'claimed',
    );
  });

  it('knows what went live last, whatever the clock said meanwhile', async () => {
    const store = newDatabase().open();
    await deploy(store, 'third', 3000, 900_000);
    await trained(store, 'first', 1000);
    await force(store, 'first', 'forced');
    await finish(store, await claim(store, 'forced'), 'deployed', 9000);
    expect(await store.deployments.findLive(endpoint)).toMatchObject({
      trainingJobName: 'first',
      finishedAt: 9000,
      liveOrder: 2,
    });
    await deploy(store, 'elsewhere', 1000, 9500, { endpointName: 'other' });
    expect(await store.deployments.findLive('OTHER')).toMatchObject({ trainingJobName: 'elsewhere', liveOrder: 1 });
    await queued(store, 'second', 2000);
    const second = await claim(store, 'd-second');
    expect((await finish(store, second, 'failed')).deployment.liveOrder).toBeNull();
  });

  it('lets forced ones go before newer ones, the first that was requested first', async () => {
    const store = newDatabase().open();
    await deploy(store, 'live', 5000);
    await trained(store, 'second', 2000);
    await trained(store, 'first', 1000);
    await force(store, 'first', 'forced-1');
    await force(store, 'second', 'forced-2');
    await queued(store, 'newest', 9000);
    const wait = { kind: 'wait', behind: { deploymentId: 'forced-1' } };
    expect(await store.deployments.claim({ deploymentId: 'd-newest', deadlineAt: 90_000, now: 7000 })).toMatchObject(wait);
    expect(await store.deployments.claim({ deploymentId: 'forced-2', deadlineAt: 90_000, now: 7000 })).toMatchObject(wait);
    expect((await finish(store, await claim(store, 'forced-1'), 'deployed', 9000)).next?.deploymentId).toBe('forced-2');
    expect((await finish(store, await claim(store, 'forced-2'), 'rolled_back', 9500)).next?.deploymentId).toBe('d-newest');
    expect((await finish(store, await claim(store, 'd-newest'), 'deployed', 9900)).next).toBeNull();
  });

  it('selects next, and supersedes, as the order of the core says', async () => {
    const store = newDatabase().open();
    let endpoints = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ forced: fc.boolean(), trainingCreatedAt: fc.integer({ min: 1, max: 4 }) }), {
          minLength: 2,
          maxLength: 8,
        }),
        async (trainings) => {
          const on = `endpoint-${(endpoints += 1)}`;
          const waiting: Deployment[] = [];
          for (const [index, { forced, trainingCreatedAt }] of trainings.entries()) {
            const name = `${on}-t${index}`;
            await inTraining(store, name, 1000, { endpointName: on });
            const outcome = { ...completed, trainingCreatedAt };
            const deployment = newDeployment(`d-${name}`, { forced });
            const done = await store.runs.finish({ trainingJobName: name, outcome, deployment, actor: 'poll', now: 6000 });
            waiting.push(present(done?.deployment));
          }
          const [first, ...others] = waiting.toSorted(compareQueued).map(present);
          const live = await claim(store, present(first).deploymentId);
          const { next } = present(await finish(store, live, 'deployed'));
          const left = others.filter((one) => !givesWayTo(one, live));
          expect(next?.deploymentId).toBe(left[0]?.deploymentId);
          for (const one of others) {
            const status = (await store.deployments.find(one.deploymentId))?.status;
            expect(status).toBe(left.includes(one) ? 'queued' : 'superseded');
          }
        },
      ),
      { numRuns: 25 },
    );
  });
}
