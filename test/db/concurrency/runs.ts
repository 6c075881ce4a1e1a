import { expect, it } from 'vitest';
import type { RunStore, Store } from '../../../src/ports/store.ts';
import type { TestDatabase } from '../conformance/test-database.ts';
import { arnOf, completed, inTraining, newDeployment, newRun, present, reported } from '../samples.ts';
import { atOnce, tally, twoHosts } from './at-once.ts';

type Adopt = Parameters<RunStore['adopt']>[0];

const found = (name: string, more: Partial<Adopt['run']> = {}): Adopt => ({
  run: {
    runId: `run-${name}`,
    trainingJobName: name,
    trainingJobArn: arnOf(name),
    project: 'ml-sentiment',
    endpointName: 'Sentiment-Endpoint',
    autoDeploy: true,
    servingImage: null,
    secondaryStatus: null,
    createdAt: 900,
    foundEnded: false,
    ...more,
  },
  actor: 'reconcile',
  now: 2000,
});

const names = async (store: Store): Promise<string[]> => {
  const { items } = await store.runs.list({ filter: {}, page: { limit: 100, cursor: null } });
  return items.map(({ trainingJobName }) => trainingJobName);
};

export function runRaces(newDatabase: () => TestDatabase): void {
  it('20 requests with one idempotency key record one run, which all of them get', async () => {
    const hosts = twoHosts(newDatabase());
    const results = await atOnce(hosts, 20, (store, index) =>
      store.runs.insert({ run: newRun(`t-${index}`, { idempotencyKey: 'key', idempotencyHash: 'hash' }), now: 1000 }),
    );
    expect(tally(results.map(({ kind }) => kind))).toEqual({ inserted: 1, same_key: 19 });
    expect(new Set(results.map(({ run }) => run.runId)).size).toBe(1);
    expect(await names(hosts[0])).toHaveLength(1);
  });

  it('20 requests for one name, in whatever case, record one run', async () => {
    const hosts = twoHosts(newDatabase());
    const results = await atOnce(hosts, 20, (store, index) =>
      store.runs.insert({ run: newRun(index % 3 === 0 ? 'Same-Name' : 'same-name', { runId: `run-${index}` }), now: 1000 }),
    );
    expect(tally(results.map(({ kind }) => kind))).toEqual({ inserted: 1, name_taken: 19 });
    expect(await names(hosts[0])).toHaveLength(1);
  });

  it('a request while the run in its way is discarded is recorded or refused, never an error', async () => {
    const hosts = twoHosts(newDatabase());
    const insert = (store: Store, index: number) =>
      store.runs.insert({
        run: newRun(`t-${index % 2}`, { runId: `run-${index}`, idempotencyKey: 'key', idempotencyHash: 'hash' }),
        now: 1000,
        startNow: true,
      });
    const kinds: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const results = await atOnce(hosts, 8, async (store, index) => {
        const { kind, run } = await insert(store, round * 8 + index);
        if (kind === 'inserted') await store.runs.discard({ trainingJobName: run.trainingJobName, startAttemptedAt: 1000 });
        return kind;
      });
      kinds.push(...results);
      expect(await names(hosts[0])).toEqual([]);
    }
    expect(kinds).toHaveLength(80);
    expect(kinds.filter((kind) => kind === 'inserted').length).toBeGreaterThanOrEqual(10);
  });

  it('20 processes that want to start a run: one gets the lease', async () => {
    const hosts = twoHosts(newDatabase());
    await hosts[0].runs.insert({ run: newRun('t'), now: 1000 });
    const leases = await atOnce(hosts, 20, (store) => store.runs.acquireStartLease({ trainingJobName: 't', now: 2000 }));
    expect(leases.filter((run) => run !== null)).toHaveLength(1);
    expect((await hosts[0].runs.find('t'))?.startAttempts).toBe(1);
  });

  it('20 detectors of an end: one is recorded, with one deployment and one entry', async () => {
    const hosts = twoHosts(newDatabase());
    await inTraining(hosts[0], 't');
    const results = await atOnce(hosts, 20, (store, index) =>
      store.runs.finish({
        trainingJobName: 't',
        outcome: completed,
        deployment: newDeployment(`d-${index}`),
        actor: index % 2 === 0 ? 'poll' : 'event',
        now: 6000,
      }),
    );
    expect(results.filter((result) => result !== null)).toHaveLength(1);
    const { items } = await hosts[0].deployments.list({ filter: { trainingJobName: 't' }, page: { limit: 9, cursor: null } });
    expect(items).toHaveLength(1);
    const ends = (await reported(hosts[0], 't')).filter((line) => /training>completed|>queued/.test(line));
    expect(ends).toHaveLength(2);
  });

  it('a start that is confirmed while a stop is requested loses neither', async () => {
    const hosts = twoHosts(newDatabase());
    for (let round = 0; round < 10; round += 1) {
      const name = `t-${round}`;
      await hosts[0].runs.insert({ run: newRun(name), now: 1000, startNow: true });
      const [started, ...stops] = await Promise.all([
        hosts[0].runs.markStarted({
          trainingJobName: name,
          trainingJobArn: arnOf(name),
          actor: 'api',
          detail: 'started',
          now: 2000,
        }),
        ...[0, 1, 2].map((index) => hosts[index % 2]!.runs.requestStop({ trainingJobName: name, now: 3000 + index })),
      ]);
      expect(started?.status).toBe('training');
      expect(stops.every((run) => run !== null)).toBe(true);
      const run = present(await hosts[1].runs.find(name));
      expect(run).toMatchObject({ status: 'training', stopRequestedAt: stops[0]?.stopRequestedAt });
      expect((await reported(hosts[0], name)).filter((line) => line.endsWith('stop requested'))).toHaveLength(1);
    }
  });

  it('20 processes that adopt a training: one does, and all get its run', async () => {
    const hosts = twoHosts(newDatabase());
    const results = await atOnce(hosts, 20, (store) => store.runs.adopt(found('t')));
    expect(tally(results.map(({ kind }) => kind))).toEqual({ adopted: 1, known: 19 });
    expect(await names(hosts[0])).toEqual(['t']);
    expect(await reported(hosts[0], 't')).toHaveLength(1);
  });

  it('20 trainings with the tags of one: one is adopted', async () => {
    const hosts = twoHosts(newDatabase());
    const results = await atOnce(hosts, 20, (store, index) => store.runs.adopt(found(`t-${index}`, { runId: 'copied' })));
    expect(tally(results.map(({ kind }) => kind))).toEqual({ adopted: 1, run_id_taken: 19 });
    const [name] = await names(hosts[0]);
    expect(results.flatMap((result) => (result.kind === 'run_id_taken' ? [result.by] : []))).toEqual(Array(19).fill(name));
  });

  it('a request and an adoption of one training record one run', async () => {
    const hosts = twoHosts(newDatabase());
    for (let round = 0; round < 10; round += 1) {
      const name = `t-${round}`;
      const [inserted, adopted] = await Promise.all([
        hosts[0].runs.insert({ run: newRun(name, { runId: `own-${round}` }), now: 1000 }),
        hosts[1].runs.adopt(found(name)),
      ]);
      expect([
        ['inserted', 'known'],
        ['name_taken', 'adopted'],
      ]).toContainEqual([inserted.kind, adopted.kind]);
    }
    expect(await names(hosts[0])).toHaveLength(10);
  });

  it('a run that is removed while its training is looked for is not adopted again', async () => {
    const hosts = twoHosts(newDatabase());
    for (let round = 0; round < 10; round += 1) {
      const name = `t-${round}`;
      await hosts[0].runs.adopt(found(name));
      await hosts[0].runs.finish({ trainingJobName: name, outcome: completed, deployment: null, actor: 'poll', now: 6000 });
      const [removed, ...adopted] = await Promise.all([
        hosts[0].runs.remove({ trainingJobName: name, status: 'completed', now: 7000 }),
        ...[0, 1, 2, 3].map((index) => hosts[index % 2]!.runs.adopt(found(name))),
      ]);
      expect(removed).toBe('removed');
      expect(tally(adopted.map(({ kind }) => kind))).not.toHaveProperty('adopted');
    }
    expect(await names(hosts[0])).toEqual([]);
  });
}
