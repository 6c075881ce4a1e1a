import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import { databaseOf } from '../../src/db/sqlite/database.ts';
import { DatabaseFile } from '../../src/db/sqlite/database-file.ts';
import { runStarts } from '../../src/db/sqlite/runs-start.ts';
import { runInserts } from '../../src/db/sqlite/runs.ts';
import { newRun, reported } from './samples.ts';
import { longestGapWhile } from './longest-gap.ts';
import { lockDatabase } from './lock-database.ts';
import { newPath, openStore } from './sqlite-files.ts';

it('busy: writes are refused when the wait is over, reads continue', async () => {
  const path = newPath();
  const store = openStore(path, { waitMs: 50, pingFreshMs: 0 });
  await store.runs.insert({ run: newRun('a'), now: 1000 });
  const lock = lockDatabase(path);
  await expect(store.runs.insert({ run: newRun('b'), now: 1000 })).rejects.toThrow(/locked by another process \(SQLITE_BUSY\)/);
  await expect(store.runs.requestStop({ trainingJobName: 'a', now: 2000 })).rejects.toBeInstanceOf(StoreUnavailableError);
  await expect(store.ping()).rejects.toThrow(/SQLITE_BUSY/);
  expect((await store.runs.find('a'))?.stopRequestedAt).toBeNull();
  lock.release();
  expect((await store.runs.insert({ run: newRun('b'), now: 1000 })).kind).toBe('inserted');
  await store.ping();
});

it('busy for a while: writes wait without holding anything up, and are done in the order in which they came', async () => {
  const path = newPath();
  const store = openStore(path, { waitMs: 20_000 });
  await store.runs.insert({ run: newRun('first'), now: 1000 });
  const lock = lockDatabase(path);
  const writes = ['a', 'b', 'c'].map((name) => store.runs.insert({ run: newRun(name), now: 1000 }));
  const longestGapMs = await longestGapWhile(delay(1000));
  // Held up for SQLite's own short waits; the rest is the test machine's.
  expect(longestGapMs).toBeLessThan(500);
  lock.release();
  await Promise.all(writes);
  const { items } = await store.runs.list({ filter: {}, page: { limit: 9, cursor: null } });
  expect(items.map(({ trainingJobName }) => trainingJobName)).toEqual(['c', 'b', 'a', 'first']);
});

it('locked as a whole: reads wait, too, and are refused when the wait is over', async () => {
  const path = newPath();
  const before = openStore(path);
  await before.runs.insert({ run: newRun('a'), now: 1000 });
  await before.close();
  const store = openStore(path, { waitMs: 50 });
  const lock = lockDatabase(path, 'whole');
  await expect(store.runs.find('a')).rejects.toThrow(/SQLITE_BUSY/);
  const reading = openStore(path, { waitMs: 20_000 }).runs.find('a');
  lock.release();
  expect(await reading).toMatchObject({ trainingJobName: 'a' });
});

it('full: the write is refused as a whole, and works again when there is room', async () => {
  const file = new DatabaseFile(newPath());
  onTestFinished(() => file.close());
  const database = databaseOf(file, { waitMs: 0 });
  const runs = { ...runInserts(database), ...runStarts(database) };
  const rows = (): unknown => ({
    runs: file.db.$client.prepare('select training_job_name, status from training_runs').all(),
    history: file.db.$client.prepare('select to_status from history').all(),
  });
  file.db.$client.pragma(`max_page_count = ${String(file.db.$client.pragma('page_count', { simple: true }))}`);
  const before = rows();
  const large = newRun('large', { servingImage: 'x'.repeat(200_000) });
  await expect(runs.insert({ run: large, now: 1000 })).rejects.toThrow(/SQLITE_FULL/);
  await runs.insert({ run: newRun('a'), now: 1000 });
  // The change of the run fits, the history row of the same transaction does not.
  const detail = 'x'.repeat(200_000);
  await expect(
    runs.markStarted({ trainingJobName: 'a', trainingJobArn: 'arn', actor: 'worker', detail, now: 2000 }),
  ).rejects.toBeInstanceOf(StoreUnavailableError);
  expect(before).toEqual({ runs: [], history: [] });
  expect(rows()).toEqual({ runs: [{ training_job_name: 'a', status: 'requested' }], history: [{ to_status: 'requested' }] });
  file.db.$client.pragma('max_page_count = 1073741823');
  expect(
    (await runs.markStarted({ trainingJobName: 'a', trainingJobArn: 'arn', actor: 'worker', detail, now: 3000 }))?.status,
  ).toBe('training');
});

it('read-only: writes are refused, reads continue', async () => {
  const file = new DatabaseFile(newPath());
  onTestFinished(() => file.close());
  const runs = runInserts(databaseOf(file, { waitMs: 0 }));
  file.db.$client.pragma('query_only = ON');
  await expect(runs.insert({ run: newRun('a'), now: 1000 })).rejects.toThrow(/SQLITE_READONLY/);
  file.db.$client.pragma('query_only = OFF');
  expect((await runs.insert({ run: newRun('a'), now: 1000 })).kind).toBe('inserted');
});

it('removed: the next use creates the database again, and every store moves to it', async () => {
  const path = newPath();
  const onReplaced = vi.fn<() => void>();
  const [one, other] = [openStore(path, { onReplaced }), openStore(path, { onReplaced })];
  await one.runs.insert({ run: newRun('lost'), now: 1000 });
  expect(await other.runs.find('lost')).not.toBeNull();
  // Only the database itself: its log and index stay behind, in use.
  rmSync(path);
  await one.runs.insert({ run: newRun('a'), now: 1000 });
  expect(onReplaced).toHaveBeenCalledTimes(1);
  await other.runs.insert({ run: newRun('b'), now: 1000 });
  expect(onReplaced).toHaveBeenCalledTimes(2);
  expect([await one.runs.find('lost'), await reported(one, 'b'), await reported(other, 'a')]).toEqual([
    null,
    ['training >requested api'],
    ['training >requested api'],
  ]);
  await Promise.all([one.close(), other.close()]);
  expect((await openStore(path).metrics.counts()).runs.requested).toBe(2);
});

it('replaced: a store goes over to the file that is there now', async () => {
  const [path, backup] = [newPath(), newPath()];
  const restored = openStore(backup);
  await restored.runs.insert({ run: newRun('restored'), now: 1000 });
  await restored.close();
  const store = openStore(path);
  await store.runs.insert({ run: newRun('lost'), now: 1000 });
  for (const side of ['', '-wal', '-shm']) rmSync(`${path}${side}`);
  renameSync(backup, path);
  expect([await store.runs.find('lost'), (await store.runs.find('restored'))?.status]).toEqual([null, 'requested']);
});

it('away: every use is refused until the place is there again', async () => {
  const path = newPath();
  const store = openStore(path);
  await store.runs.insert({ run: newRun('a'), now: 1000 });
  rmSync(dirname(path), { recursive: true });
  writeFileSync(dirname(path), 'a file where the folder was');
  await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailableError);
  await expect(store.runs.insert({ run: newRun('b'), now: 1000 })).rejects.toBeInstanceOf(StoreUnavailableError);
  rmSync(dirname(path));
  expect((await store.runs.insert({ run: newRun('b'), now: 1000 })).kind).toBe('inserted');
  expect((await store.metrics.counts()).runs.requested).toBe(1);
});

it('no database: a file that is none is reported, and left alone', async () => {
  const path = newPath();
  mkdirSync(dirname(path), { recursive: true });
  const text = 'this is a text, and much longer than the first bytes of a database would be';
  writeFileSync(path, text);
  await expect(openStore(path).ping()).rejects.toMatchObject({ name: 'StoreUnavailableError', needsRepair: true });
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('closed: it is an error of the caller', async () => {
  const store = openStore(newPath());
  await store.close();
  await store.close();
  await expect(store.ping()).rejects.toThrow(/has been closed/);
});
