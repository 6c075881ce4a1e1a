import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import { commitFor, isCancelled, newCallState, withdraw } from '../../src/db/sqlite/call.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { lockDatabase } from './lock-database.ts';
import { longestGapWhile } from './longest-gap.ts';
import { newDeployment, newRun } from './samples.ts';
import { slowWrites } from './slow-writes.ts';
import { newPath, openStore, openThreadedStore } from './sqlite-files.ts';

it('has all that the store in this thread has', async () => {
  const [direct, threaded] = [openStore(newPath()), await openThreadedStore(newPath())];
  expect(Object.keys(threaded).toSorted()).toEqual(Object.keys(direct).toSorted());
});

it('gives errors as they are', async () => {
  const store = await openThreadedStore(newPath());
  await store.runs.insert({ run: newRun('a'), now: 1000 });
  await expect(store.deployments.request({ trainingJobName: 'a', deployment: newDeployment('d'), now: 2000 })).rejects.toThrow(
    /not a completed training/,
  );
  await expect(store.runs.list({ filter: {}, page: { limit: 1, cursor: '?' } })).rejects.toMatchObject({
    code: 'invalid_request',
    field: 'cursor',
  });
  await store.close();
  await store.close();
  await expect(store.runs.find('a')).rejects.toThrow(/has been closed/);
});

it('continues while SQLite is held up, and returns when that is over', async () => {
  const path = newPath();
  const store = await openThreadedStore(path);
  slowWrites(path, 2000);
  const startedAt = performance.now();
  const inserting = store.runs.insert({ run: newRun('slow'), now: 1000 });
  const gapMs = await longestGapWhile(inserting);
  expect(gapMs).toBeLessThan((performance.now() - startedAt) / 2);
  expect((await inserting).kind).toBe('inserted');
});

it('refuses a call when the wait is over, and then nothing of it is written', async () => {
  const path = newPath();
  const store = await openThreadedStore(path, { waitMs: 100 });
  slowWrites(path, 3000);
  const refused = await Promise.allSettled([
    store.runs.insert({ run: newRun('slow'), now: 1000 }),
    store.runs.insert({ run: newRun('next'), now: 1000 }),
    store.runs.find('slow'),
  ]);
  expect(refused.map((one) => one.status === 'rejected' && one.reason instanceof StoreUnavailableError)).toEqual([
    true,
    true,
    true,
  ]);
  await eventually(() => store.runs.insert({ run: newRun('later'), now: 2000 }));
  const { items } = await store.runs.list({ filter: {}, page: { limit: 9, cursor: null } });
  expect(items.map(({ trainingJobName }) => trainingJobName)).toEqual(['later']);
});

it('a call is withdrawn or committed, whichever is first', () => {
  const [discarded, committed] = [newCallState(), newCallState()];
  expect([withdraw(discarded), isCancelled(discarded)]).toEqual([true, true]);
  expect(() => commitFor(discarded)).toThrow(/withdrawn/);
  commitFor(committed);
  expect([withdraw(committed), isCancelled(committed)]).toEqual([false, false]);
  // Rolled back by SQLite, and done again.
  expect(() => commitFor(committed)).not.toThrow();
});

it('opens a database that is locked when it is not any more, and refuses calls until then', async () => {
  const path = newPath();
  const before = openStore(path);
  await before.runs.insert({ run: newRun('a'), now: 1000 });
  await before.close();
  const lock = lockDatabase(path, 'whole');
  const lines: string[] = [];
  const store = await openThreadedStore(path, { waitMs: 50, lines });
  await expect(store.ping()).rejects.toThrow(/locked by another process/);
  expect(lines.join()).toMatch(/locked by another process.*cannot be opened/);
  lock.release();
  await eventually(() => lines.some((line) => line.includes('database opened')));
  expect(await store.runs.find('a')).toMatchObject({ status: 'requested' });
});

it('a database that waiting does not repair is refused at once', async () => {
  const path = newPath();
  writeFileSync(path, 'a text that is longer than the header of a database, so that SQLite does not take it for an empty one');
  await expect(openThreadedStore(path)).rejects.toMatchObject({ name: 'StoreUnavailableError', needsRepair: true });
});

it('only its owner can read the database, and one that other users could read is reported', async () => {
  const path = newPath();
  const lines: string[] = [];
  const rights = () => ['', '-wal', '-shm', '.migrate-lock'].map((end) => (statSync(`${path}${end}`).mode & 0o777).toString(8));
  const first = await openThreadedStore(path, { lines });
  await first.runs.insert({ run: newRun('a'), now: 1000 });
  expect([rights(), lines]).toEqual([['600', '600', '600', '600'], []]);
  for (const end of ['', '-wal', '-shm']) chmodSync(`${path}${end}`, 0o644);
  const second = await openThreadedStore(path, { lines });
  expect(await second.runs.find('a')).not.toBeNull();
  expect(rights()).toEqual(['600', '600', '600', '600']);
  expect(lines.join()).toMatch(/database file permissions restricted/);
});
