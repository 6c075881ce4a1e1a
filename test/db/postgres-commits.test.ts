import { expect, it } from 'vitest';
import { startTiming } from '../../src/core/timing.ts';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { type Cut, startCommitCutter } from './commit-cutter.ts';
import { newPostgresDatabase, openPostgres } from './postgres-databases.ts';
import { claim, inTraining, newRun, queued, reported } from './samples.ts';

/** A store behind a cutter, and another one that reaches the database. */
async function behindCutter({ waitMs = 20_000 } = {}) {
  const database = newPostgresDatabase();
  const direct = database.open();
  await direct.ping();
  const cutter = await startCommitCutter(database.url);
  return { direct, cutter, store: openPostgres(cutter.url, { waitMs }) };
}

it.each<Cut>(['before', 'after'])('a run whose commit is cut %s the server has it is recorded once', async (cut) => {
  const { direct, cutter, store } = await behindCutter();
  await store.ping();
  cutter.cutNext(cut);
  const result = await store.runs.insert({ run: newRun('a'), now: 1000, startNow: true });
  expect([result.kind, cutter.cuts()]).toEqual(['inserted', 1]);
  expect((await direct.runs.find('a'))?.startAttempts).toBe(1);
  expect(await reported(direct, 'a')).toEqual(['training >requested api']);
});

it.each<Cut>(['before', 'after'])(
  'a lease whose commit is cut %s the server has it is acquired once, by this caller',
  async (cut) => {
    const { direct, cutter, store } = await behindCutter();
    await store.runs.insert({ run: newRun('a'), now: 1000 });
    cutter.cutNext(cut);
    // Repeated without looking, a compare-and-set would find its own change and lose.
    expect(await store.runs.acquireStartLease({ trainingJobName: 'a', now: 2000 })).toMatchObject({ startAttempts: 1 });
    expect([(await direct.runs.find('a'))?.startAttempts, cutter.cuts()]).toEqual([1, 1]);
  },
);

it.each<Cut>(['before', 'after'])(
  'a deployment whose claim is cut %s the server has it is claimed by this caller',
  async (cut) => {
    const { direct, cutter, store } = await behindCutter();
    await queued(store, 'a');
    cutter.cutNext(cut);
    expect((await claim(store, 'd-a')).fencingToken).toBe(1);
    expect([(await direct.deployments.find('d-a'))?.fencingToken, cutter.cuts()]).toEqual([1, 1]);
    expect((await reported(direct, 'a')).filter((line) => line.includes('in_progress'))).toHaveLength(1);
  },
);

it('a migration whose commit is cut is taken for no commit of the call that waits for it', async () => {
  const { direct, cutter, store } = await behindCutter();
  const calls = [{ operation: 'DescribeEndpoint', result: 'success', count: 3 }];
  // The first use looks for migrations, in a transaction of its own.
  cutter.cutNext('after');
  await store.metrics.addCalls({ calls, now: 1000 });
  expect([await direct.metrics.calls(), cutter.cuts()]).toEqual([calls, 1]);
});

it('counters whose commit is cut are added once', async () => {
  const { direct, cutter, store } = await behindCutter();
  const calls = [{ operation: 'DescribeEndpoint', result: 'success', count: 3 }];
  await store.ping();
  for (const cut of ['after', 'before', 'after'] as const) {
    cutter.cutNext(cut);
    await store.metrics.addCalls({ calls, now: 1000 });
  }
  expect([await direct.metrics.calls(), cutter.cuts()]).toEqual([[{ ...calls[0], count: 9 }], 3]);
});

it('a run whose commit stays in doubt is withdrawn when its caller has no key to repeat it with', async () => {
  const { direct, cutter, store } = await behindCutter({ waitMs: 1500 });
  await store.ping();
  cutter.cutNext('after', 4000);
  const error = await store.runs.insert({ run: newRun('a'), now: 1000, startNow: true }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreUnavailableError);
  expect(String(error)).toMatch(/whether that was done is not known/);
  expect(await direct.runs.find('a')).not.toBeNull();
  await eventually(async () => (await direct.runs.find('a')) === null);
});

it('a run whose commit stays in doubt stays for the repetition of its key', async () => {
  const { direct, cutter, store } = await behindCutter({ waitMs: 1500 });
  await store.ping();
  const run = newRun('a', { idempotencyKey: 'key', idempotencyHash: 'hash' });
  cutter.cutNext('after', 3000);
  await expect(store.runs.insert({ run, now: 1000 })).rejects.toBeInstanceOf(StoreUnavailableError);
  const repeated = await eventually(() =>
    store.runs.insert({ run: { ...run, runId: 'other', trainingJobName: 'b' }, now: 2000 }),
  );
  expect(repeated).toMatchObject({ kind: 'same_key', run: { trainingJobName: 'a' } });
  expect(await direct.runs.find('b')).toBeNull();
});

it('a run whose training an attempt may have created meanwhile is not withdrawn', async () => {
  const { direct, cutter, store } = await behindCutter({ waitMs: 1500 });
  await store.ping();
  cutter.cutNext('after', 3000);
  await expect(store.runs.insert({ run: newRun('a'), now: 1000 })).rejects.toBeInstanceOf(StoreUnavailableError);
  const secondAttemptAt = 60_000 + startTiming.leaseMs;
  await direct.runs.acquireStartLease({ trainingJobName: 'a', now: 60_000 });
  await direct.runs.acquireStartLease({ trainingJobName: 'a', now: secondAttemptAt });
  await direct.runs.releaseStartLease({
    trainingJobName: 'a',
    startAttemptedAt: secondAttemptAt,
    refusedSince: null,
    now: secondAttemptAt,
  });
  await eventually(() => store.ping().then(() => true));
  // Longer than between two of its attempts.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(await direct.runs.find('a')).toMatchObject({ startAttemptedAt: null, startUnresolvedAt: 60_000 });
});

it('a run that was started meanwhile is not withdrawn', async () => {
  const { direct, cutter, store } = await behindCutter({ waitMs: 1500 });
  await store.ping();
  cutter.cutNext('after', 3000);
  await expect(store.runs.insert({ run: newRun('a'), now: 1000, startNow: true })).rejects.toBeInstanceOf(StoreUnavailableError);
  await direct.runs.acquireStartLease({ trainingJobName: 'a', now: 60_000 });
  await inTraining(direct, 'other');
  await eventually(() => store.ping().then(() => true));
  // Longer than between two of its attempts.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect((await direct.runs.find('a'))?.startAttemptedAt).toBe(60_000);
});
