import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';
import { aChange, claim, finish, queued, reported } from '../samples.ts';

export function fencingTokensSuite(newDatabase: () => TestDatabase): void {
  it('gives each claim a fencing token of its own, and refuses the writes of the one before', async () => {
    const { open } = newDatabase();
    const store = open();
    await queued(store, 'a');
    expect(await store.deployments.reclaim({ deploymentId: 'd-a', now: 7000, intervalMs: 15_000 })).toBeNull();
    const first = await claim(store, 'd-a');
    expect(await store.deployments.isClaimCurrent({ deploymentId: 'd-a', fencingToken: first.fencingToken })).toBe(true);
    const both = await Promise.all(
      [open(), open()].map((one) => one.deployments.reclaim({ deploymentId: 'd-a', now: 7000, intervalMs: 15_000 })),
    );
    expect(new Set(both.map((one) => one?.fencingToken))).toEqual(new Set([first.fencingToken + 1, first.fencingToken + 2]));
    const fencingToken = first.fencingToken + 2;
    expect([
      await store.deployments.isClaimCurrent({ deploymentId: 'd-a', fencingToken: fencingToken - 1 }),
      await store.deployments.isClaimCurrent({ deploymentId: 'd-a', fencingToken }),
    ]).toEqual([false, true]);

    const before = await reported(store, 'a');
    expect(
      await store.deployments.recordProgress({
        deploymentId: 'd-a',
        fencingToken: fencingToken - 1,
        progress: { step: 'in_service' },
        detail: 'late',
        now: 8000,
      }),
    ).toBeNull();
    expect(
      await store.deployments.finish({
        deploymentId: 'd-a',
        fencingToken: fencingToken - 1,
        outcome: { status: 'deployed', failureReason: null, detail: null },
        now: 8000,
      }),
    ).toBeNull();
    expect([await reported(store, 'a'), await store.deployments.find('d-a')]).toMatchObject([
      before,
      { step: 'model', status: 'in_progress' },
    ]);

    await finish(store, { ...first, fencingToken }, 'deployed');
    expect([
      await store.deployments.isClaimCurrent({ deploymentId: 'd-a', fencingToken }),
      await store.deployments.reclaim({ deploymentId: 'd-a', now: 7000, intervalMs: 15_000 }),
    ]).toEqual([false, null]);
    expect(
      await store.deployments.recordProgress({
        deploymentId: 'd-a',
        fencingToken,
        progress: { step: 'in_service' },
        detail: 'late',
        now: 9000,
      }),
    ).toBeNull();
    expect(
      await store.deployments.finish({
        deploymentId: 'd-a',
        fencingToken,
        outcome: { status: 'failed', failureReason: null, detail: null },
        now: 9000,
      }),
    ).toBeNull();
  });

  it('brings instants that lie in the future to now, once, and says so', async () => {
    const store = newDatabase().open();
    const hour = 3_600_000;
    await queued(store, 'a');
    const { fencingToken } = await claim(store, 'd-a', 7000 + hour);
    await store.deployments.recordProgress({
      deploymentId: 'd-a',
      fencingToken,
      progress: { endpointChange: aChange({ requestedAt: 7100 + hour }), failingSince: 7200 + hour },
      now: 7200 + hour,
    });
    const endpointChange = aChange({ requestedAt: 8000 });
    const taken = { startedAt: 8000, deadlineAt: 8000 + 60_000, endpointChange, failingSince: 8000 };
    expect(await store.deployments.reclaim({ deploymentId: 'd-a', now: 8000, intervalMs: 15_000 })).toMatchObject({
      ...taken,
      observedAt: 8000,
      fencingToken: fencingToken + 1,
    });
    const before = await reported(store, 'a');
    expect(before.at(-1)).toMatch(/^deployment in_progress>in_progress worker: the clock was put back/);
    expect(await store.deployments.reclaim({ deploymentId: 'd-a', now: 9000, intervalMs: 15_000 })).toMatchObject({
      ...taken,
      observedAt: 9000,
    });
    expect(await reported(store, 'a')).toEqual(before);
  });

  it('records what is given and leaves the rest, with a history row where there is something to tell', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const { fencingToken } = await claim(store, 'd-a');
    const requested = {
      step: 'endpoint',
      endpointConfigName: 'config-1',
      endpointChange: aChange({ requestedAt: 7100 }),
      lastErrorKind: 'quota',
      failingSince: 7050,
    } as const;
    expect(
      await store.deployments.recordProgress({
        deploymentId: 'd-a',
        fencingToken,
        progress: requested,
        detail: 'asks for the update',
        now: 7100,
      }),
    ).toMatchObject(requested);
    expect(
      await store.deployments.recordProgress({
        deploymentId: 'd-a',
        fencingToken,
        progress: {
          endpointChange: aChange({ requestedAt: 7100, acknowledgedAt: 7200 }),
          lastErrorKind: null,
          failingSince: null,
        },
        now: 7200,
      }),
    ).toMatchObject({
      ...requested,
      endpointChange: aChange({ requestedAt: 7100, acknowledgedAt: 7200 }),
      lastErrorKind: null,
      failingSince: null,
    });
    expect(
      await store.deployments.recordProgress({
        deploymentId: 'd-a',
        fencingToken,
        progress: {},
        detail: 'still waits',
        now: 7300,
      }),
    ).toMatchObject({
      step: 'endpoint',
      fencingToken,
    });
    expect((await reported(store, 'a')).slice(-2)).toEqual([
      'deployment in_progress>in_progress worker: asks for the update',
      'deployment in_progress>in_progress worker: still waits',
    ]);
    expect((await store.history.list({ trainingJobName: 'a' })).at(-1)).toMatchObject({ at: 7300, deploymentId: 'd-a' });
  });

  it('keeps a reason that was seen earlier, unless all went well', async () => {
    const store = newDatabase().open();
    const end = async (name: string, status: 'deployed' | 'rolled_back', failureReason: string | null) => {
      await queued(store, name);
      const { fencingToken } = await claim(store, `d-${name}`);
      await store.deployments.recordProgress({
        deploymentId: `d-${name}`,
        fencingToken,
        progress: { failureReason: 'the container did not answer' },
        now: 7100,
      });
      const ended = await store.deployments.finish({
        deploymentId: `d-${name}`,
        fencingToken,
        outcome: { status, failureReason, detail: null },
        now: 8000,
      });
      return ended?.deployment.failureReason;
    };
    expect(await end('a', 'rolled_back', null)).toBe('the container did not answer');
    expect((await reported(store, 'a')).at(-1)).toBe('deployment in_progress>rolled_back worker: the container did not answer');
    expect(await end('b', 'rolled_back', 'rolled back')).toBe('rolled back');
    expect(await end('c', 'deployed', null)).toBeNull();
    expect((await reported(store, 'c')).at(-1)).toBe('deployment in_progress>deployed worker');
  });

  it('tells the detail of the end, where there is one', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const { fencingToken } = await claim(store, 'd-a');
    await store.deployments.finish({
      deploymentId: 'd-a',
      fencingToken,
      outcome: { status: 'failed', failureReason: 'quota', detail: 'gave up after 2 h' },
      now: 8000,
    });
    expect((await reported(store, 'a')).at(-1)).toBe('deployment in_progress>failed worker: gave up after 2 h');
  });
}
