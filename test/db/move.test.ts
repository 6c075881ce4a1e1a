import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freshDatabase } from '../../tools/testkit/postgres.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import type { Store } from '../../src/ports/store.ts';
import { openPostgres, query } from './postgres-databases.ts';
import { aChange, claim, deploy, finish, inTraining, present, queued, trained } from './samples.ts';
import { newPath, openStore } from './sqlite-files.ts';

const move = (from: string, to: string, ...more: string[]): Program =>
  startProgram(['src/db/move/main.ts', '--from', from, '--to', to, ...more]);

async function outcomeOf(program: Program): Promise<{ code: number | null; output: string }> {
  const { code } = await program.exited;
  return { code, output: program.output.join('\n') };
}

/** An installation with a bit of everything. */
async function fill(store: Store): Promise<void> {
  await deploy(store, 'live');
  await finish(store, await claim(store, (await queued(store, 'turned-down', 1100)).deploymentId), 'rolled_back');
  await deploy(store, 'other', 1200, 9000, { endpointName: 'other', idempotencyKey: 'key', idempotencyHash: 'hash' });
  await trained(store, 'manual', 1300, { autoDeploy: false });
  const inProgress = await claim(store, (await queued(store, 'in-progress', 1400)).deploymentId);
  const { deploymentId, fencingToken } = inProgress;
  const progress = { endpointChange: aChange({ requestedAt: 9000 }), step: 'endpoint' } as const;
  present(await store.deployments.recordProgress({ deploymentId, fencingToken, progress, now: 9000 }));
  await queued(store, 'waits', 1500);
  await inTraining(store, 'in-training', 1600);
  await store.leases.saveCheckpoint({ task: 'event', checkpointAt: 1234 });
  await store.metrics.addCalls({ calls: [{ operation: 'CreateModel', result: 'ok', count: 3 }], now: 9000 });
  for (const name of ['b', 'a']) await store.skipped.record({ kind: 'training_job', name, reason: 'no\0tags', now: 2000 });
  await store.processes.databaseId(1);
}

const page = { limit: 100, cursor: null };
const names = ['live', 'turned-down', 'other', 'manual', 'in-progress', 'waits', 'in-training'];

async function everythingOf(store: Store) {
  const runs = await Promise.all(
    names.map(async (trainingJobName) => ({
      run: await store.runs.find(trainingJobName),
      history: await store.history.list({ trainingJobName }),
    })),
  );
  return {
    runs,
    deployments: await store.deployments.list({ filter: {}, page }),
    live: await store.deployments.findLive('Sentiment-Endpoint'),
    counts: await store.metrics.counts(),
    latencies: await store.metrics.latencies(),
    detections: await store.metrics.detections(),
    calls: await store.metrics.calls(),
    recentCalls: await store.metrics.recentCalls({ withinMs: 60_000, now: 9000 }),
    checkpoint: await store.leases.findCheckpoint('event'),
  };
}

async function filledFile(): Promise<{ path: string; store: Store }> {
  const path = newPath();
  const store = openStore(path);
  await fill(store);
  return { path, store };
}

const rowsIn = async (url: string): Promise<number> =>
  Number((await query<{ count: string }>(url, 'select count(*) from training_runs'))[0]?.count);

describe('npm run db:move', () => {
  it('carries everything over, so that work continues on PostgreSQL', async () => {
    const { path, store } = await filledFile();
    const url = await freshDatabase();
    const { code, output } = await outcomeOf(move(`file:${path}`, url));
    expect(output).toMatch(/^\{"msg":"database moved"/);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ rows: { training_runs: 7, deployments: 5, leases: 1, skipped: 2 } });

    const moved = openPostgres(url);
    expect(await everythingOf(moved)).toEqual(await everythingOf(store));
    expect((await moved.skipped.list()).map(({ name, reason }) => [name, reason])).toEqual(
      (await store.skipped.list()).map(({ name }) => [name, 'notags']),
    );
    // Processes that still have the file are another installation.
    expect(await moved.processes.databaseId(1)).not.toBe(await store.processes.databaseId(1));

    const outcome = await finish(moved, present(await moved.deployments.find('d-in-progress')), 'deployed', 9500);
    expect(outcome.deployment).toMatchObject({ status: 'deployed' });
    await deploy(moved, 'after', 9000, 9900);
    expect((await moved.metrics.counts()).runs).toMatchObject({ completed: 7, training: 1 });
    const seqs = (await moved.runs.list({ filter: {}, page })).items.map(({ trainingJobName }) => trainingJobName);
    expect(seqs[0]).toBe('after');
  });

  it('moves nothing while a program runs, and says which', async () => {
    const { path, store } = await filledFile();
    const url = await freshDatabase();
    const process = { service: 'worker', version: '1', startedAt: 1, clockSkewMs: 0, problem: null } as const;
    await store.processes.recordHeartbeat({ ...process, name: 'host-1-abc', lastSeenAt: Date.now() });
    expect(await outcomeOf(move(`file:${path}`, url))).toEqual({
      code: 78,
      output: expect.stringMatching(/^nothing was moved: The process host-1-abc was seen \d s ago: stop all programs first\./),
    });
    await store.processes.forget('host-1-abc');
    expect(await outcomeOf(move(`file:${path}`, url))).toMatchObject({ code: 0 });
  });

  it('moves nothing into a database that is not empty, nor from a file that is none or needs a migration', async () => {
    const { path } = await filledFile();
    const url = await freshDatabase();
    expect(await outcomeOf(move(`file:${path}.gone`, url))).toMatchObject({
      code: 78,
      output: expect.stringMatching(/There is no file/),
    });
    expect(await outcomeOf(move(`file:${path}`, url))).toMatchObject({ code: 0 });
    expect(await outcomeOf(move(`file:${path}`, url))).toEqual({
      code: 78,
      output: 'nothing was moved: The target is not empty: training_runs has 7 rows. Move into a new database.',
    });
    const sqlite = new Sqlite(path);
    sqlite.exec('delete from __drizzle_migrations where created_at = (select max(created_at) from __drizzle_migrations)');
    sqlite.close();
    expect(await outcomeOf(move(`file:${path}`, await freshDatabase()))).toMatchObject({
      code: 78,
      output: expect.stringMatching(/The source needs a migration: run `npm run db:migrate`/),
    });
  });

  it('says how it is called, and shows no password where the server is not there', async () => {
    const { path } = await filledFile();
    expect(await outcomeOf(move('postgres://a@b/c', `file:${path}`))).toMatchObject({
      code: 2,
      output: expect.stringMatching(/^usage: /),
    });
    const { code, output } = await outcomeOf(move(`file:${path}`, 'postgres://user:the-password@127.0.0.1:9/db'));
    expect(code).toBe(1);
    expect(output).toMatch(/^nothing was moved: The database takes nothing now.* to 127\.0\.0\.1:\d+\/\w+\.$/m);
    expect(output).not.toContain('the-password');
  });

  it('leaves an empty database when it is killed, and can be repeated', async () => {
    const { path } = await filledFile();
    const url = await freshDatabase();
    // It makes the tables, and refuses before it copies.
    expect(await outcomeOf(move(`file:${path}`, url))).toMatchObject({ code: 0 });
    await query(
      url,
      'delete from history; delete from deployments; delete from training_runs; delete from leases; delete from skipped',
    );
    await query(
      url,
      'delete from sagemaker_calls; delete from sagemaker_call_minutes; delete from tallies; delete from tally_changes',
    );
    await query(
      url,
      `create function held() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return null; end $$;
       create trigger held after insert on history for each statement execute function held()`,
    );
    const program = move(`file:${path}`, url);
    const held = `select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
    const [backend] = await eventually(
      () => query<{ pid: number }>(url, held),
      (rows) => rows.length > 0,
      { withinMs: 30_000 },
    );
    await program.kill();
    await query(url, 'select pg_terminate_backend($1)', [backend?.pid]);
    await query(url, 'drop trigger held on history; drop function held');
    expect(await rowsIn(url)).toBe(0);
    expect(await outcomeOf(move(`file:${path}`, url))).toMatchObject({ code: 0 });
    expect(await rowsIn(url)).toBe(7);
  });
});
