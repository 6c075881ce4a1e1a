import { expect, it } from 'vitest';
import { historyPageSize } from '../../../src/core/history.ts';
import { latencyBucketsMs } from '../../../src/core/latency-buckets.ts';
import type { Page, Store } from '../../../src/ports/store.ts';
import type { TestDatabase } from './test-database.ts';
import {
  aChange,
  claim,
  completed,
  deploy,
  endpoint,
  finish,
  inTraining,
  newDeployment,
  newRun,
  present,
  queued,
  trained,
} from '../samples.ts';

async function everything<T>(list: (cursor: string | null) => Promise<Page<T>>): Promise<T[][]> {
  const pages: T[][] = [];
  for (let cursor: string | null = null; ;) {
    const page: Page<T> = await list(cursor);
    pages.push(page.items);
    if (page.nextCursor === null) return pages;
    cursor = page.nextCursor;
  }
}

const runNames = async (store: Store, filter: Parameters<Store['runs']['list']>[0]['filter']): Promise<string[]> =>
  (await store.runs.list({ filter, page: { limit: 50, cursor: null } })).items.map(({ trainingJobName }) => trainingJobName);

const deploymentIds = async (store: Store, filter: Parameters<Store['deployments']['list']>[0]['filter']): Promise<string[]> =>
  (await store.deployments.list({ filter, page: { limit: 50, cursor: null } })).items.map(({ deploymentId }) => deploymentId);

export function readModelsSuite(newDatabase: () => TestDatabase): void {
  it('pages through runs, newest first, and shifts nothing when more come', async () => {
    const store = newDatabase().open();
    for (const name of ['a', 'b', 'c', 'd']) await store.runs.insert({ run: newRun(name), now: 1000 });
    const first = await store.runs.list({ filter: {}, page: { limit: 2, cursor: null } });
    await store.runs.insert({ run: newRun('e'), now: 1000 });
    const second = await store.runs.list({ filter: {}, page: { limit: 2, cursor: first.nextCursor } });
    expect([...first.items, ...second.items].map((run) => run.trainingJobName)).toEqual(['d', 'c', 'b', 'a']);
    expect(second.nextCursor).toBeNull();
    expect(first.items[0]).toEqual(await store.runs.find('d'));
    expect(await store.runs.list({ filter: {}, page: { limit: 9, cursor: null } })).toMatchObject({
      items: { length: 5 },
      nextCursor: null,
    });
  });

  it.each(['', '12', 'not one', 'LTE', 'MA', 'MS41', 'MWUz', 'Mg=='])('refuses the cursor %j', async (cursor) => {
    const store = newDatabase().open();
    const refused = { code: 'invalid_request', field: 'cursor', message: 'must be the next_cursor of another page' };
    await expect(store.runs.list({ filter: {}, page: { limit: 2, cursor } })).rejects.toMatchObject(refused);
    await expect(store.deployments.list({ filter: {}, page: { limit: 2, cursor } })).rejects.toMatchObject(refused);
  });

  it('filters runs by both statuses', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('requested'), now: 1000 });
    await trained(store, 'plain');
    await deploy(store, 'live', 1000);
    await queued(store, 'twice', 2000);
    const { fencingToken } = await claim(store, 'd-twice');
    await store.deployments.finish({
      deploymentId: 'd-twice',
      fencingToken,
      outcome: { status: 'failed', failureReason: 'no', detail: null },
      now: 8000,
    });
    await store.deployments.request({ trainingJobName: 'twice', deployment: newDeployment('d-twice-2'), now: 9000 });
    expect(await runNames(store, { statuses: ['requested'] })).toEqual(['requested']);
    expect(await runNames(store, { statuses: ['completed'] })).toEqual(['twice', 'live', 'plain']);
    expect(await runNames(store, { deploymentStatuses: ['none'] })).toEqual(['plain', 'requested']);
    expect(await runNames(store, { deploymentStatuses: ['deployed'] })).toEqual(['live']);
    expect(await runNames(store, { deploymentStatuses: ['failed'] })).toEqual([]);
    expect(await runNames(store, { statuses: ['completed'], deploymentStatuses: ['queued'] })).toEqual(['twice']);
    expect(await runNames(store, { statuses: ['requested'], deploymentStatuses: ['queued'] })).toEqual([]);
    const pages = await everything((cursor) =>
      store.runs.list({ filter: { statuses: ['completed'] }, page: { limit: 2, cursor } }),
    );
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
  });

  it('filters runs by several statuses, endpoint, part of the name and time, and counts them', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('nightly-1'), now: 1000 });
    await deploy(store, 'nightly-2', 2000);
    await trained(store, 'Nightly-3', 3000, { endpointName: 'other' });
    await queued(store, 'weekly', 4000);
    expect(await runNames(store, { statuses: ['requested', 'completed'] })).toHaveLength(4);
    expect(await runNames(store, { deploymentStatuses: ['queued', 'none'] })).toEqual(['weekly', 'Nightly-3', 'nightly-1']);
    expect(await runNames(store, { endpointName: endpoint.toUpperCase() })).toEqual(['weekly', 'nightly-2', 'nightly-1']);
    expect(await runNames(store, { nameContains: 'GHTLY-' })).toEqual(['Nightly-3', 'nightly-2', 'nightly-1']);
    expect(await runNames(store, { nameContains: '%' })).toEqual([]);
    expect(await runNames(store, { since: 2000, until: 4000 })).toEqual(['Nightly-3', 'nightly-2']);
    const all = { statuses: ['completed'], nameContains: 'night', endpointName: endpoint, since: 1, until: 9000 } as const;
    expect(await runNames(store, all)).toEqual(['nightly-2']);
    const pages = await everything((cursor) =>
      store.runs.list({ filter: { nameContains: 'night' }, page: { limit: 2, cursor } }),
    );
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    const counts = async (filter: Parameters<Store['runs']['count']>[0]) =>
      Object.fromEntries(
        (await store.runs.count(filter)).map(({ status, deploymentStatus, count }) => [`${status} ${deploymentStatus}`, count]),
      );
    expect(await counts({})).toEqual({
      'requested none': 1,
      'completed deployed': 1,
      'completed none': 1,
      'completed queued': 1,
    });
    expect(await counts({ nameContains: 'night', until: 3000 })).toEqual({ 'requested none': 1, 'completed deployed': 1 });
    expect(await counts({ endpointName: 'unknown' })).toEqual({});
  });

  it('filters deployments by several statuses and time, and counts them', async () => {
    const store = newDatabase().open();
    await deploy(store, 'a', 1000);
    await queued(store, 'b', 2000);
    await queued(store, 'c', 3000, { endpointName: 'other' });
    expect(await deploymentIds(store, { statuses: ['queued'] })).toEqual(['d-c', 'd-b']);
    expect(await deploymentIds(store, { statuses: ['queued', 'deployed'], endpointName: endpoint })).toEqual(['d-b', 'd-a']);
    expect(await deploymentIds(store, { statuses: [] })).toEqual([]);
    expect(await deploymentIds(store, { since: 6000 })).toHaveLength(3);
    expect(await deploymentIds(store, { until: 6000 })).toEqual([]);
    const counts = async (filter: Parameters<Store['deployments']['count']>[0]) =>
      Object.fromEntries((await store.deployments.count(filter)).map(({ status, count }) => [status, count]));
    expect(await counts({})).toEqual({ deployed: 1, queued: 2 });
    expect(await counts({ endpointName: endpoint.toLowerCase() })).toEqual({ deployed: 1, queued: 1 });
    expect(await counts({ trainingJobName: 'c', since: 1 })).toEqual({ queued: 1 });
  });

  it('pages through deployments and filters them', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    await queued(store, 'b', 2000, { endpointName: endpoint.toUpperCase() });
    await queued(store, 'c', 3000, { endpointName: 'other' });
    expect(await deploymentIds(store, {})).toEqual(['d-c', 'd-b', 'd-a']);
    expect(await deploymentIds(store, { endpointName: endpoint.toLowerCase() })).toEqual(['d-b', 'd-a']);
    expect(await deploymentIds(store, { trainingJobName: 'c' })).toEqual(['d-c']);
    expect(await deploymentIds(store, { trainingJobName: 'c', endpointName: endpoint })).toEqual([]);
    const pages = await everything((cursor) => store.deployments.list({ filter: {}, page: { limit: 1, cursor } }));
    expect(pages.map(([one]) => one?.deploymentId)).toEqual(['d-c', 'd-b', 'd-a']);
  });

  it('lists the history of a run in order, and only its own', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    await queued(store, 'b');
    const once = (at: number) => ({
      id: expect.any(Number),
      at,
      repeats: 1,
      lastAt: at,
      trainingJobName: 'a',
      endpointName: endpoint,
      deploymentId: null,
      subject: 'training',
      by: null,
      reason: null,
    });
    expect(await store.history.list({ trainingJobName: 'a' })).toEqual([
      { ...once(1000), from: null, to: 'requested', actor: 'api', detail: null },
      { ...once(1000), from: 'requested', to: 'training', actor: 'api', detail: 'started' },
      { ...once(6000), from: 'training', to: 'completed', actor: 'poll', detail: null },
      { ...once(6000), subject: 'deployment', from: null, to: 'queued', actor: 'poll', detail: null, deploymentId: 'd-a' },
    ]);
    expect(await store.history.list({ trainingJobName: 'none' })).toEqual([]);
  });

  it('tells a long history page by page, from the end, each page in order', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'a');
    for (let i = 1; i <= historyPageSize + 5; i += 1) {
      await store.runs.recordSecondaryStatus({
        trainingJobName: 'a',
        secondaryStatus: `phase-${i}`,
        trainingCreatedAt: 900,
        actor: 'poll',
        now: 2000 + i,
      });
    }
    await inTraining(store, 'b');
    const newest = await store.history.list({ trainingJobName: 'a' });
    expect([newest.length, newest[0]?.detail, newest.at(-1)?.detail]).toEqual([
      historyPageSize,
      'phase-6',
      `phase-${historyPageSize + 5}`,
    ]);
    const earlier = await store.history.list({ trainingJobName: 'a', before: newest[0]?.id });
    expect(earlier.map(({ detail }) => detail)).toEqual([null, 'started', 'phase-1', 'phase-2', 'phase-3', 'phase-4', 'phase-5']);
    expect(
      (await store.history.list({ trainingJobName: 'a', before: newest[0]?.id, limit: 2 })).map(({ detail }) => detail),
    ).toEqual(['phase-4', 'phase-5']);
    expect(await store.history.list({ trainingJobName: 'a', before: earlier[0]?.id })).toEqual([]);
  });

  it('tells how often and when last the same was said of a deployment', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const { fencingToken } = await claim(store, 'd-a');
    for (const at of [7100, 7200, 7300])
      await store.deployments.recordProgress({ deploymentId: 'd-a', fencingToken, progress: {}, detail: 'refused', now: at });
    expect((await store.history.list({ trainingJobName: 'a' })).at(-1)).toMatchObject({
      at: 7100,
      detail: 'refused',
      repeats: 3,
      lastAt: 7300,
    });
  });

  it('lists what is unfinished, in order of recording', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('requested'), now: 1000 });
    await queued(store, 'old', 900);
    await inTraining(store, 'training', 500);
    await deploy(store, 'live', 2000);
    await queued(store, 'new', 3000);
    await claim(store, 'd-new');
    const runs = await store.runs.listUnfinished({ afterSeq: 0, limit: 10 });
    expect(runs.map((run) => [run.trainingJobName, run.status])).toEqual([
      ['requested', 'requested'],
      ['training', 'training'],
    ]);
    expect(runs[0]).toEqual({
      seq: expect.any(Number),
      trainingJobName: 'requested',
      endpointName: endpoint,
      status: 'requested',
      createdAt: 1000,
      startAttemptedAt: null,
      trainingSinceAt: null,
    });
    expect(await store.runs.listUnfinished({ afterSeq: present(runs[0]).seq, limit: 10 })).toEqual(runs.slice(1));
    expect(await store.runs.listUnfinished({ afterSeq: 0, limit: 1 })).toEqual(runs.slice(0, 1));
    // Its deployment went live over what waited for an older training.
    const deployments = await store.deployments.listUnfinished({ afterSeq: 0, limit: 10 });
    expect(deployments).toMatchObject([
      {
        seq: expect.any(Number),
        deploymentId: 'd-new',
        trainingJobName: 'new',
        endpointName: endpoint,
        status: 'in_progress',
        createdAt: expect.any(Number),
      },
    ]);
    expect(await store.deployments.listUnfinished({ afterSeq: present(deployments[0]).seq, limit: 10 })).toEqual([]);
  });

  it('counts by status, those with none too', async () => {
    const store = newDatabase().open();
    const runs = { requested: 0, training: 0, completed: 0, failed: 0, stopped: 0, timed_out: 0 };
    const ended = { deployed: 0, rolled_back: 0, failed: 0, superseded: 0, rejected: 0 };
    const deployments = { queued: 0, awaiting_approval: 0, in_progress: 0, ...ended };
    expect(await store.metrics.counts()).toEqual({ runs, deployments });
    await store.runs.insert({ run: newRun('requested'), now: 1000 });
    await deploy(store, 'live', 1000);
    await queued(store, 'waiting', 2000);
    expect(await store.metrics.counts()).toEqual({
      runs: { ...runs, requested: 1, completed: 2 },
      deployments: { ...deployments, deployed: 1, queued: 1 },
    });
  });

  it('measures from the end of the training, never below zero', async () => {
    const store = newDatabase().open();
    expect(await store.metrics.latencies()).toEqual([]);
    await deploy(store, 'live', 1000, 8000);
    const end = async (name: string, trainingEndedAt: number | null): Promise<void> => {
      await inTraining(store, name, 2000);
      await store.runs.finish({
        trainingJobName: name,
        outcome: { ...completed, trainingEndedAt },
        deployment: newDeployment(`d-${name}`),
        actor: 'poll',
        now: 6000,
      });
    };
    await end('ahead', 9000);
    await end('unknown', null);
    const [fromQueued, ...others] = await store.metrics.latencies();
    expect(fromQueued).toEqual({
      detectedBy: 'poll',
      reached: 'queued',
      // Of 0 and 1000 ms; the bounds of the first three are 100, 500 and 1000 ms.
      buckets: latencyBucketsMs.map((most) => (most < 1000 ? 1 : 2)),
      count: 2,
      sumMs: 1000,
    });
    expect(others.map(({ reached }) => reached)).not.toContain('queued');
    expect(await store.metrics.detections()).toEqual([{ detectedBy: 'poll', count: 3 }]);
  });

  it('measures the request of a live one, whose confirmation no worker recorded', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const own = await claim(store, 'd-a');
    const { deploymentId, fencingToken } = own;
    await store.deployments.recordProgress({
      deploymentId,
      fencingToken,
      progress: { endpointChange: aChange({ requestedAt: 8000 }) },
      now: 8000,
    });
    const { deployment } = await finish(store, own, 'deployed');
    expect(deployment.changeRequestedAt).toBe(8000);
    expect((await store.metrics.latencies()).find(({ reached }) => reached === 'requested')).toMatchObject({
      count: 1,
      sumMs: 3000,
    });
  });

  it('counts what is withdrawn no more', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a'), now: 1000, startNow: true });
    expect((await store.metrics.counts()).runs.requested).toBe(1);
    await store.runs.discard({ trainingJobName: 'a', startAttemptedAt: 1000 });
    expect((await store.metrics.counts()).runs.requested).toBe(0);
  });

  it('proves that it takes writes', async () => {
    expect(await newDatabase().open().ping()).toBeUndefined();
  });
}
