import { expect, it } from 'vitest';
import { requestBucketsMs } from '../../../src/core/latency-buckets.ts';
import type { Store } from '../../../src/ports/store.ts';
import { mostEndpointLabels } from '../../../src/db/tallies.ts';
import type { TestDatabase } from './test-database.ts';
import { claim, completed, deploy, endpoint, finish, inTraining, newDeployment, newRun, queued, timedOut } from '../samples.ts';

const key = endpoint.toLowerCase();

/** Those that are not 0, as `status endpoint`. */
async function endsOf(store: Store): Promise<Record<string, number>> {
  const { deployments } = await store.metrics.finished();
  return Object.fromEntries(
    deployments.flatMap(({ endpointKey, status, count }) => (count === 0 ? [] : [[`${status} ${endpointKey ?? '-'}`, count]])),
  );
}

/** What a rate may be taken of. */
export function totalsSuite(newDatabase: () => TestDatabase): void {
  it('counts ends of deployments by endpoint, with all outcomes as soon as there is a deployment', async () => {
    const store = newDatabase().open();
    expect((await store.metrics.finished()).deployments).toEqual([]);
    await queued(store, 'a');
    expect((await store.metrics.finished()).deployments).toEqual(
      ['deployed', 'rolled_back', 'failed', 'superseded', 'rejected'].map((status) => ({ endpointKey: key, status, count: 0 })),
    );
    await finish(store, await claim(store, 'd-a'), 'deployed');
    await deploy(store, 'other', 2000, 9000, { endpointName: 'Other' });
    await queued(store, 'b', 3000);
    await finish(store, await claim(store, 'd-b'), 'rolled_back');
    expect(await endsOf(store)).toEqual({ [`deployed ${key}`]: 1, [`rolled_back ${key}`]: 1, 'deployed other': 1 });
  });

  it('counts an outcome that is corrected later once more, and takes none back', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const { fencingToken } = await claim(store, 'd-a');
    const outcome = { status: 'failed', failureReason: 'late', failureKind: 'timeout', unsettled: true, detail: null } as const;
    await store.deployments.finish({ deploymentId: 'd-a', fencingToken, outcome, now: 9000 });
    await store.deployments.revive({ deploymentId: 'd-a', inServiceAt: 9500, now: 10_000 });
    expect(await endsOf(store)).toEqual({ [`failed ${key}`]: 1, [`deployed ${key}`]: 1 });
    await inTraining(store, 'slow');
    for (const one of [timedOut, completed])
      await store.runs.finish({ trainingJobName: 'slow', outcome: one, deployment: null, actor: 'poll', now: 9000 });
    expect((await store.metrics.finished()).trainings).toEqual({ completed: 2, failed: 0, stopped: 0, timed_out: 1 });
  });

  it('counts the endpoints beyond those that have a series as one', async () => {
    const store = newDatabase().open();
    for (let index = 0; index <= mostEndpointLabels; index += 1) {
      const name = `t-${index}`;
      await store.runs.insert({ run: newRun(name, { endpointName: `e-${index}` }), now: 1000 });
      await store.runs.finish({
        trainingJobName: name,
        outcome: completed,
        deployment: newDeployment(`d-${name}`),
        actor: 'poll',
        now: 6000,
      });
    }
    await finish(store, await claim(store, 'd-t-3'), 'deployed');
    await finish(store, await claim(store, `d-t-${mostEndpointLabels}`), 'failed');
    const { deployments } = await store.metrics.finished();
    expect(new Set(deployments.map(({ endpointKey }) => endpointKey)).size).toBe(mostEndpointLabels + 1);
    expect(await endsOf(store)).toEqual({ 'deployed e-3': 1, 'failed -': 1 });
  });

  it('measures a latency once, whatever is corrected later', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const { deploymentId, fencingToken } = await claim(store, 'd-a');
    const requested = async () => (await store.metrics.latencies()).find(({ reached }) => reached === 'requested');
    expect(await requested()).toBeUndefined();
    for (const changeRequestedAt of [8000, 50_000]) {
      const progress = { changeRequestedAt };
      await store.deployments.recordProgress({ deploymentId, fencingToken, progress, now: changeRequestedAt });
      expect(await requested()).toMatchObject({ count: 1, sumMs: 3000 });
    }
  });

  it('says since when endpoints serve what is live', async () => {
    const store = newDatabase().open();
    await queued(store, 'waits', 1000, { endpointName: 'new' });
    await deploy(store, 'a', 1000, 8000);
    await deploy(store, 'b', 2000, 9000);
    expect(await store.metrics.liveSince()).toEqual([{ endpointKey: key, since: 9000 }]);
  });

  it('says since when something waits, by what for, and what is overdue', async () => {
    const store = newDatabase().open();
    expect(await store.metrics.waiting({ now: 1_000_000 })).toEqual({ oldest: [], overdue: 0 });
    await store.runs.insert({ run: newRun('not-started'), now: 500 });
    await store.runs.insert({ run: newRun('later'), now: 700 });
    await queued(store, 'a');
    await queued(store, 'b', 2000, { endpointName: 'other' });
    const { deploymentId, fencingToken } = await claim(store, 'd-b', 7000);
    const wait = { waitsForKind: 'endpoint', waitsForSince: 7500, waitsForDetail: 'Updating' } as const;
    await store.deployments.recordProgress({ deploymentId, fencingToken, progress: wait, now: 7500 });
    const { oldest, overdue } = await store.metrics.waiting({ now: 7600 });
    expect(oldest.toSorted((one, other) => one.since - other.since)).toEqual([
      { kind: 'start', since: 500 },
      { kind: 'turn', since: 6000 },
      { kind: 'endpoint', since: 7500 },
    ]);
    expect(overdue).toBe(0);
    expect((await store.metrics.waiting({ now: 67_001 })).overdue).toBe(1);
  });

  it('adds up the requests of all processes, and knows the size of the database', async () => {
    const { open } = newDatabase();
    const [one, other] = [open(), open()];
    const labels = { route: '/training-jobs/{name}', method: 'GET', status: '2xx' };
    const fast = { ...labels, bucket: 0, count: 2, sumMs: 3.4 };
    await Promise.all([
      one.metrics.addRequests([fast, { ...labels, bucket: 1, count: 1, sumMs: 8 }]),
      other.metrics.addRequests([fast, fast, { ...labels, bucket: requestBucketsMs.length, count: 1, sumMs: 40_000 }]),
      other.metrics.addRequests([]),
    ]);
    expect(await other.metrics.requests()).toEqual([
      { ...labels, buckets: requestBucketsMs.map((_, index) => (index === 0 ? 6 : 7)), count: 8, sumMs: 40_018 },
    ]);
    expect(await one.metrics.databaseBytes()).toBeGreaterThan(10_000);
  });

  it('counts what became of traces with the mark of how far they have come', async () => {
    const { open } = newDatabase();
    const [one, other] = [open(), open()];
    expect(await one.traces.mark()).toBeNull();
    await one.traces.record({ readTo: 7 });
    await one.traces.record({ result: 'failedTries' });
    await Promise.all([one.traces.record({ readTo: 9, result: 'sent' }), other.traces.record({ readTo: 9, result: 'sent' })]);
    await other.traces.record({ readTo: 11, result: 'abandoned' });
    expect(await one.traces.mark()).toBe(11);
    expect(await one.traces.counts()).toEqual({ sent: 2, failedTries: 1, abandoned: 1 });
  });
}
