import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { Client } from 'pg';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { type PostgresServer, startPostgres } from '../../tools/testkit/postgres.ts';
import { openPostgres, query } from './postgres-databases.ts';
import { claim, newRun, queued, reported, trained } from './samples.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

const newUrl = async (): Promise<string> => server.url(await server.createDatabase());

async function newStore(waitMs = 20_000): Promise<{ url: string; store: Store }> {
  const url = await newUrl();
  const store = openPostgres(url, { waitMs, pingFreshMs: 0 });
  await eventually(() => store.ping().then(() => true));
  return { url, store };
}

/** A transaction of another client, which holds what its statements lock. */
async function holding(url: string, ...statements: string[]): Promise<{ release(): Promise<void>; pid: number }> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  onTestFinished(() => client.end().catch(() => {}));
  await client.connect();
  await client.query('begin');
  for (const statement of statements) await client.query(statement);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return { release: async () => void (await client.query('rollback')), pid: rows[0]!.pid };
}

const backendsWaiting = async (url: string): Promise<number[]> => {
  const rows = await query<{ pid: number }>(
    url,
    `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.map(({ pid }) => pid);
};

it('cut in the middle of a transaction, it is done again, and once', async () => {
  const { url, store } = await newStore();
  await queued(store, 'a');
  const holder = await holding(url, `update deployments set step = 'model'`);
  const claiming = claim(store, 'd-a');
  const [pid] = await eventually(
    () => backendsWaiting(url),
    (pids) => pids.length === 1,
  );
  await query(url, 'select pg_terminate_backend($1)', [pid]);
  await holder.release();
  expect((await claiming).fencingToken).toBe(1);
  expect((await reported(store, 'a')).filter((line) => line.includes('in_progress'))).toHaveLength(1);
});

it('all connections cut at once: no call fails, and none is done twice', async () => {
  const { url, store } = await newStore();
  const call = { operation: 'DescribeEndpoint', result: 'success', count: 1 };
  const calls = Promise.all(Array.from({ length: 200 }, () => store.metrics.addCalls({ calls: [call], now: 1000 })));
  for (let cut = 0; cut < 5; cut += 1) {
    await delay(20);
    await query(server.url(), 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
      new URL(url).pathname.slice(1),
    ]);
  }
  await calls;
  expect(await store.metrics.calls()).toEqual([{ ...call, count: 200 }]);
});

it('a lock that another transaction holds: the call waits as long as it may, and then says so', async () => {
  const { url, store } = await newStore(3000);
  await store.runs.insert({ run: newRun('a'), now: 1000 });
  const holder = await holding(url, `update training_runs set project = 'x'`);
  const begun = performance.now();
  await expect(store.runs.requestStop({ trainingJobName: 'a', now: 2000 })).rejects.toBeInstanceOf(StoreUnavailableError);
  expect(performance.now() - begun).toBeGreaterThan(1000);
  expect(await store.runs.find('a')).toMatchObject({ stopRequestedAt: null });
  await holder.release();
  const stopped = await eventually(() => store.runs.requestStop({ trainingJobName: 'a', now: 3000 }));
  expect(stopped?.stopRequestedAt).toBe(3000);
});

it('a process that stands still within a transaction loses it, and others do not wait for long', async () => {
  const { url, store } = await newStore();
  await queued(store, 'a');
  // With the time limit of the service's own connections.
  await holding(
    url,
    'set local idle_in_transaction_session_timeout = 500',
    `select pg_advisory_xact_lock(2, hashtext('sentiment-endpoint'))`,
  );
  const begun = performance.now();
  expect((await claim(store, 'd-a')).status).toBe('in_progress');
  expect(performance.now() - begun).toBeGreaterThan(300);
});

it('read-only: writes are refused, reads continue, and it recovers without a restart', async () => {
  const { store } = await newStore(3000);
  await store.runs.insert({ run: newRun('a'), now: 1000 });
  await server.setReadOnly(true);
  onTestFinished(() => server.setReadOnly(false));
  await eventually(
    () => store.leases.saveCheckpoint({ task: 'any', checkpointAt: 1 }).then(String, (error: Error) => error.message),
    (seen) => seen.includes('takes no writes (25006)'),
  );
  await expect(store.runs.insert({ run: newRun('b'), now: 1000 })).rejects.toThrow(/takes no writes \(25006\)/);
  expect((await store.runs.find('a'))?.status).toBe('requested');
  await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailableError);
  await server.setReadOnly(false);
  await eventually(() => store.ping().then(() => true));
  const names = [await store.runs.find('b'), (await store.runs.insert({ run: newRun('c'), now: 1000 })).kind];
  expect(names).toEqual([null, 'inserted']);
});

it('too many connections: the call says so, and works when there is room', async () => {
  const url = await newUrl();
  // A superuser's connections are not limited.
  const role = `limited_${new URL(url).pathname.slice(6, 20)}`;
  await query(url, `create role ${role} login connection limit 0; grant all on schema public to ${role}`);
  const own = Object.assign(new URL(url), { username: role }).href;
  const store = openPostgres(own, { waitMs: 3000, pingFreshMs: 0 });
  await expect(store.ping()).rejects.toThrow(/too many connections \(53300\)/);
  await expect(store.runs.find('a')).rejects.toBeInstanceOf(StoreUnavailableError);
  await query(url, `alter role ${role} connection limit 20`);
  await eventually(() => store.ping().then(() => true));
  await store.close();
  await query(url, `drop owned by ${role}; drop role ${role}`);
});

it('frozen: each call ends within its time, and it recovers without a restart', async () => {
  const { store } = await newStore(3000);
  await store.runs.insert({ run: newRun('a'), now: 1000 });
  await server.pause();
  onTestFinished(() => server.resume());
  const begun = performance.now();
  const outcomes = await Promise.allSettled([
    store.runs.find('a'),
    store.runs.insert({ run: newRun('b'), now: 1000 }),
    store.ping(),
    ...Array.from({ length: 20 }, () => store.deployments.findLive('any')),
  ]);
  expect(performance.now() - begun).toBeLessThan(15_000);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.any(StoreUnavailableError) as unknown });
  server.resume();
  await eventually(() => store.ping().then(() => true));
  expect((await store.runs.find('a'))?.status).toBe('requested');
});

it('killed and started again: calls wait for it', async () => {
  const { store } = await newStore(30_000);
  await store.runs.insert({ run: newRun('a'), now: 1000 });
  await server.kill();
  const found = store.runs.find('a');
  const inserted = store.runs.insert({ run: newRun('b'), now: 1000 });
  await server.start();
  expect([(await found)?.status, (await inserted).kind]).toEqual(['requested', 'inserted']);
});

it('closed: it is an error of the caller', async () => {
  const { store } = await newStore();
  await store.close();
  await store.close();
  await expect(store.runs.find('a')).rejects.toThrow(/has been closed/);
});

it('a text with U+0000 is stored without it', async () => {
  const { store } = await newStore();
  await store.skipped.record({ kind: 'run', name: 'a', reason: 'said\0 by SageMaker', now: 1000 });
  expect(await store.skipped.list()).toMatchObject([{ reason: 'said by SageMaker' }]);
  const environment = { KEY: 'with \0 and \ud800' };
  const shapes = { ...newRun('a').shapes, training: { Environment: environment } };
  await store.runs.insert({ run: newRun('a', { shapes }), now: 1000 });
  expect((await store.runs.find('a'))?.shapes?.training).toEqual({ Environment: environment });
});

const old = { endedBefore: 10_000, keepLive: 2, after: null, limit: 100 };

it('prunes around a run that another transaction uses, as for its next deployment, and leaves it for later', async () => {
  const { url, store } = await newStore(3000);
  for (const name of ['a', 'used', 'c']) await trained(store, name);
  // What a foreign key takes.
  const holder = await holding(url, `select 1 from training_runs where training_job_name = 'used' for key share`);
  expect(await store.runs.prune(old)).toEqual({ pruned: 2, next: null });
  expect(await store.runs.find('used')).not.toBeNull();
  await holder.release();
  expect(await store.runs.prune(old)).toEqual({ pruned: 1, next: null });
});

it('cut in the middle of a batch, pruning leaves whole runs, and is done again and counted once', async () => {
  const { url, store } = await newStore();
  for (const name of ['a', 'b', 'c']) await trained(store, name);
  const entries = (await reported(store, 'b')).length;
  const holder = await holding(url, `select 1 from history order by seq desc limit 1 for update`);
  const pruning = store.runs.prune(old);
  const [pid] = await eventually(
    () => backendsWaiting(url),
    (pids) => pids.length === 1,
  );
  expect(await reported(store, 'b')).toHaveLength(entries);
  await query(url, 'select pg_terminate_backend($1)', [pid]);
  await holder.release();
  expect(await pruning).toEqual({ pruned: 3, next: null });
  expect(await store.metrics.pruned()).toBe(3);
  expect(await query(url, 'select 1 from history')).toEqual([]);
});
