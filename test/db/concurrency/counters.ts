import { expect, it } from 'vitest';
import type { TestDatabase } from '../conformance/test-database.ts';
import { completed, inTraining, newDeployment } from '../samples.ts';
import { atOnce, twoHosts } from './at-once.ts';

export function countersRaces(newDatabase: () => TestDatabase): void {
  it('calls that two hosts count in opposite orders are all counted', async () => {
    const hosts = twoHosts(newDatabase());
    const operations = ['CreateModel', 'DescribeEndpoint', 'DescribeTrainingJob', 'ListTrainingJobs', 'UpdateEndpoint'];
    const times = 40;
    await atOnce(hosts, times, (store, index) => {
      const calls = operations.map((operation) => ({ operation, result: 'success', count: index + 1 }));
      return store.metrics.addCalls({ calls: index % 2 === 0 ? calls : calls.toReversed(), now: 60_000 });
    });
    const each = (times * (times + 1)) / 2;
    const expected = operations.map((operation) => ({ operation, result: 'success', count: each }));
    expect(await hosts[1].metrics.calls()).toEqual(expected);
    expect(await hosts[1].metrics.recentCalls({ withinMs: 60_000, now: 60_000 })).toEqual(expected);
  });

  it('one call that is counted twice at a time adds both', async () => {
    const hosts = twoHosts(newDatabase());
    const call = { operation: 'CreateModel', result: 'success', count: 2 };
    await atOnce(hosts, 4, (store) => store.metrics.addCalls({ calls: [call, { ...call, count: 3 }], now: 60_000 }));
    expect(await hosts[0].metrics.calls()).toEqual([{ ...call, count: 20 }]);
  });

  it('runs and deployments of many endpoints are counted as they are, also while it is counted up', async () => {
    const hosts = twoHosts(newDatabase());
    const heartbeat = {
      service: 'worker',
      version: '1',
      startedAt: 1000,
      lastSeenAt: 1000,
      problem: null,
      clockSkewMs: null,
    } as const;
    await atOnce(hosts, 60, async (store, index) => {
      const name = `t-${index}`;
      await inTraining(store, name, 1000, { endpointName: `endpoint-${index % 7}` });
      if (index % 10 === 0) await store.processes.recordHeartbeat({ ...heartbeat, name: `p-${index}` });
      await store.runs.finish({
        trainingJobName: name,
        outcome: completed,
        deployment: index % 2 === 0 ? newDeployment(`d-${index}`) : null,
        actor: 'poll',
        now: 6000,
      });
    });
    await atOnce(hosts, 10, (store, index) => store.processes.recordHeartbeat({ ...heartbeat, name: `p-${index}` }));
    const counts = await hosts[0].metrics.counts();
    expect(counts.runs).toMatchObject({ requested: 0, training: 0, completed: 60 });
    expect(counts.deployments).toMatchObject({ queued: 30 });
    expect(await hosts[0].metrics.detections()).toEqual([{ detectedBy: 'poll', count: 60 }]);
    const [queuedAfter] = await hosts[1].metrics.latencies();
    expect(queuedAfter).toMatchObject({ reached: 'queued', detectedBy: 'poll', count: 30, sumMs: 30_000 });
  });
}
