import { rmSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import journal from '../../drizzle/sqlite/meta/_journal.json' with { type: 'json' };
import { startProgram } from '../../tools/testkit/processes.ts';
import type { Store } from '../../src/ports/store.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { claim, finish, newRun, queued, reported } from './samples.ts';
import { newPath, openStore } from './sqlite-files.ts';

const integrity = (path: string): unknown => {
  const sqlite = new Sqlite(path, { readonly: true });
  try {
    return sqlite.pragma('integrity_check', { simple: true });
  } finally {
    sqlite.close();
  }
};

function change(path: string, statements: readonly string[]): void {
  const sqlite = new Sqlite(path, { timeout: 10_000 });
  try {
    for (const statement of statements) sqlite.exec(statement);
  } finally {
    sqlite.close();
  }
}

/** Whether another process is within a transaction that writes. */
function isWriting(path: string): boolean {
  const sqlite = new Sqlite(path, { timeout: 0 });
  try {
    sqlite.exec('begin immediate');
    return false;
  } catch {
    return true;
  } finally {
    sqlite.close();
  }
}

async function queuedAndFailed(store: Store, name: string): Promise<void> {
  await queued(store, name);
  await finish(store, await claim(store, `d-${name}`), 'failed');
}

it('many processes migrate one new database, and one of them does it', async () => {
  const path = newPath();
  const programs = Array.from({ length: 6 }, () => startProgram(['src/db/migrate-main.ts'], { DATABASE_URL: `file:${path}` }));
  const exits = await Promise.all(programs.map((program) => program.exited));
  expect(exits, programs.map((program) => program.tail()).join('\n')).toEqual(exits.map(() => ({ code: 0, signal: null })));
  const lines = programs.flatMap((program) => program.log);
  expect(lines.map((line) => String(line['migrations_applied'])).toSorted()).toEqual([
    '0',
    '0',
    '0',
    '0',
    '0',
    String(journal.entries.length),
  ]);
  await openStore(path).ping();
});

it('many processes write at once, and each write waits for its turn', async () => {
  const path = newPath();
  const runs = 100;
  const writers = ['a', 'b', 'c', 'd'].map((name) => startProgram(['test/db/writer.ts', path, name, String(runs)]));
  const exits = await Promise.all(writers.map((writer) => writer.exited));
  expect(exits, writers.map((writer) => writer.tail(5)).join('\n')).toEqual(exits.map(() => ({ code: 0, signal: null })));
  const { runs: inRuns, deployments } = await openStore(path).metrics.counts();
  expect([inRuns.completed, deployments.queued]).toEqual([4 * runs, 4 * runs]);
});

it('a process that is killed inside of a transaction leaves nothing of it, and no lock', async () => {
  const path = newPath();
  const store = openStore(path);
  const writer = startProgram(['test/db/half-written.ts', path]);
  await writer.logged(({ msg }) => msg === 'half-way');
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(100_000);
  await writer.kill();
  expect(await store.metrics.calls()).toEqual([]);
  await store.metrics.addCalls({ calls: [{ operation: 'DescribeEndpoint', result: 'ok', count: 1 }], now: 0 });
  expect(await store.metrics.calls()).toHaveLength(1);
  expect(integrity(path)).toBe('ok');
});

it('a process that is killed between its writes keeps what it reported, each change with its history', async () => {
  const path = newPath();
  const writer = startProgram(['test/db/writer.ts', path, 'a', '100000']);
  await writer.logged(({ i }) => Number(i) >= 50);
  await writer.kill();
  const recorded = Number(writer.log.findLast(({ msg }) => msg === 'recorded')?.['i']);
  const store = openStore(path);
  const { runs, deployments } = await store.metrics.counts();
  expect(runs.completed).toBeGreaterThan(recorded);
  expect(deployments.queued).toBe(runs.completed);
  expect(runs.requested).toBeLessThanOrEqual(1);
  const last = runs.completed - 1;
  expect(await reported(store, `a-${last}`)).toEqual([
    'training >requested api',
    'training requested>completed poll',
    'deployment >queued poll',
  ]);
  expect(integrity(path)).toBe('ok');
});

it('a process that is killed in the middle of a batch of pruning leaves whole runs, and the next one prunes the rest', async () => {
  const path = newPath();
  const store = openStore(path);
  for (let index = 0; index < 30; index += 1) await queuedAndFailed(store, `run-${index}`);
  const entries = await reported(store, 'run-10');
  change(path, [
    'create view endless as with recursive n(i) as (select 1 union all select i + 1 from n) select i from n',
    `create trigger trap after delete on training_runs when old.training_job_name = 'run-15'
     begin select count(*) from endless; end`,
  ]);
  const pruner = startProgram(['test/db/pruner.ts', path, '10']);
  await pruner.logged(({ batch }) => batch === 2);
  await eventually(() => isWriting(path));
  await pruner.kill();
  change(path, ['drop trigger trap', 'drop view endless']);

  const { runs, deployments } = await store.metrics.counts();
  expect([runs.completed, deployments.failed, await store.metrics.pruned()]).toEqual([20, 20, 10]);
  expect(await reported(store, 'run-9')).toEqual([]);
  expect(await reported(store, 'run-10')).toEqual(entries);
  expect(await store.runs.prune({ endedBefore: 10_000, keepLive: 2, after: null, limit: 100 })).toEqual({
    pruned: 20,
    next: null,
  });
  expect(await store.metrics.pruned()).toBe(30);
  expect(integrity(path)).toBe('ok');
});

// So many writes leave a log that holds all of the old database, that was begun again, and that was folded into the file just now.
it.each([1, 23, 500, 800, 1300])(
  'a database that is removed while an idle process, after %i writes, has it open is created again',
  async (writes) => {
    const path = newPath();
    const idle = startProgram([
      '--input-type=module',
      '--eval',
      `import { openSqliteStore } from '${process.cwd()}/src/db/sqlite/sqlite-store.ts';
    const store = openSqliteStore('file:${path}');
    for (let i = 0; i < ${writes}; i += 1) await store.metrics.addCalls({ calls: [{ operation: 'old-' + i, result: 'ok', count: 1 }], now: 0 });
    setInterval(() => {}, 1000);
    console.log(JSON.stringify({ msg: 'idle' }));`,
    ]);
    await idle.logged(({ msg }) => msg === 'idle');
    rmSync(path);
    const store = openStore(path);
    for (let i = 0; i < 20; i += 1) await store.runs.insert({ run: newRun(`new-${i}`), now: 1000 });
    expect([await store.metrics.calls(), (await store.metrics.counts()).runs.requested]).toEqual([[], 20]);
    await idle.kill();
    expect((await openStore(path).metrics.counts()).runs.requested).toBe(20);
    expect(integrity(path)).toBe('ok');
  },
);
