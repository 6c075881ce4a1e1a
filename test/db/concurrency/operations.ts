import { expect, it } from 'vitest';
import { taskLeaseTiming } from '../../../src/core/timing.ts';
import type { TestDatabase } from '../conformance/test-database.ts';
import { atOnce, twoHosts } from './at-once.ts';

export function operationsRaces(newDatabase: () => TestDatabase): void {
  it('20 processes that want a task: one gets its lease, and the next one after its end', async () => {
    const hosts = twoHosts(newDatabase());
    const { leaseMs } = taskLeaseTiming;
    const acquire = (now: number) =>
      atOnce(hosts, 20, (store) => store.leases.acquire({ task: 'reconcile', everyMs: leaseMs, now }));
    expect((await acquire(1000)).filter((lease) => lease !== null)).toEqual([{ checkpointAt: null }]);
    await hosts[0].leases.saveCheckpoint({ task: 'reconcile', checkpointAt: 77 });
    expect((await acquire(1000 + leaseMs - 1)).filter((lease) => lease !== null)).toEqual([]);
    expect((await acquire(1000 + leaseMs)).filter((lease) => lease !== null)).toEqual([{ checkpointAt: 77 }]);
  });

  it('a lease that is renewed while others take it has one holder', async () => {
    const hosts = twoHosts(newDatabase());
    const { leaseMs } = taskLeaseTiming;
    for (let round = 0; round < 10; round += 1) {
      const task = `task-${round}`;
      await hosts[0].leases.acquire({ task, everyMs: leaseMs, now: 1000 });
      const now = 1000 + leaseMs;
      const [renewed, ...taken] = await Promise.all([
        hosts[0].leases.renew({ task, heldSince: 1000, now: now + 1 }),
        ...[0, 1, 2].map((index) => hosts[index % 2]!.leases.acquire({ task, everyMs: leaseMs, now })),
      ]);
      expect(taken.filter((lease) => lease !== null).length + (renewed ? 1 : 0)).toBe(1);
    }
  });

  it('processes that ask for the id of a new database get the same one', async () => {
    const hosts = twoHosts(newDatabase());
    const ids = await atOnce(hosts, 20, (store) => store.processes.databaseId(1000));
    expect(new Set(ids).size).toBe(1);
  });

  it('what many skip at once is news once, and counted for each', async () => {
    const hosts = twoHosts(newDatabase());
    const news = await atOnce(hosts, 20, (store) =>
      store.skipped.record({ kind: 'training_job', name: 'strange', reason: 'its tags are no tags', now: 1000 }),
    );
    expect(news.filter(Boolean)).toHaveLength(1);
    expect(await hosts[0].skipped.list()).toMatchObject([{ name: 'strange', count: 20 }]);
  });

  it('heartbeats of many processes are all recorded', async () => {
    const hosts = twoHosts(newDatabase());
    await atOnce(hosts, 20, (store, index) =>
      store.processes.recordHeartbeat({
        name: `p-${String(index).padStart(2, '0')}`,
        service: 'worker',
        version: '1',
        startedAt: 1000,
        lastSeenAt: 2000,
        problem: null,
        clockSkewMs: null,
      }),
    );
    const listed = await hosts[1].processes.list();
    expect(listed.map(({ name }) => name)).toEqual(
      Array.from({ length: 20 }, (_, index) => `p-${String(index).padStart(2, '0')}`),
    );
  });
}
