import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSimulator } from 'sagemaker-simulator';
import packageJson from '../../package.json' with { type: 'json' };
import { requesting, expectProblem } from '../api/request.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { type Program, startProgram, startProgramOnFullDisk } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { openStore } from './sqlite-files.ts';

const programs = ['src/api/main.ts', 'src/worker/main.ts', 'src/db/migrate-main.ts'];

/** A migration of a locked database. It waits for 15 s, in which the other tests run. */
let waiting: Program;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-faults-'));
  const path = join(folder, 'a.db');
  const lock = new Sqlite(path);
  lock.pragma('locking_mode = exclusive');
  lock.exec('begin exclusive');
  waiting = startProgram(['src/db/migrate-main.ts'], { DATABASE_URL: `file:${path}` });
  return async () => {
    lock.close();
    await waiting.stop();
    rmSync(folder, { recursive: true, force: true });
  };
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-faults-'));
  onTestFinished(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Root may write everywhere but here. */
function unwritableFolder(): string {
  if (process.getuid?.() === 0) return '/sys/kernel';
  const folder = newFolder();
  chmodSync(folder, 0o500);
  return folder;
}

async function databaseOfVersion(version: string): Promise<string> {
  const path = join(newFolder(), 'a.db');
  const store = openStore(path);
  await store.ping();
  await store.close();
  const sqlite = new Sqlite(path);
  sqlite.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run('of a later version', 9e12);
  sqlite.prepare('insert into migrated_by (migrations, version, at) values (?, ?, ?)').run(1000, version, 1);
  sqlite.close();
  return path;
}

describe('a database that cannot be used ends each program with 78 and one line that says why', () => {
  const places: [string, () => string | Promise<string>, RegExp][] = [
    [
      'a folder that cannot be written',
      () => join(unwritableFolder(), 'data/a.db'),
      /cannot be written by this user \(E\w+\)\.$/,
    ],
    ['a file where the folder should be', () => join(process.cwd(), 'package.json/a.db'), /cannot be opened or made \(E\w+\)\.$/],
    ['a folder where the file should be', newFolder, /cannot be opened or made \(EISDIR\)\.$/],
    [
      'a text file',
      () => {
        const path = join(newFolder(), 'notes.txt');
        writeFileSync(
          path,
          'notes, and more of them than the header of a database is long, so that they are no empty one: no, no, no',
        );
        return path;
      },
      /is no SQLite database \(SQLITE_NOTADB\)\.$/,
    ],
    [
      'a database of a newer version',
      () => databaseOfVersion('7.8.9'),
      new RegExp(
        `migrated by version 7\\.8\\.9 of the service, and this is ${packageJson.version}: run version 7\\.8\\.9 or newer`,
      ),
    ],
  ];

  it.each(places)('%s', async (_, place, reason) => {
    const path = await place();
    const started = programs.map((program) => startProgram([program], programEnvironment({ DATABASE_URL: `file:${path}` }).env));
    for (const program of started) {
      expect(await program.exited, program.tail()).toEqual({ code: 78, signal: null });
      expect(program.output).toEqual([expect.stringContaining(`DATABASE_URL holds "file:${path}"`)]);
      expect(program.output[0]).toMatch(reason);
    }
  });

  it('and what is there stays as it is', async () => {
    const path = join(newFolder(), 'notes.txt');
    const text = 'notes '.repeat(100);
    writeFileSync(path, text);
    await startProgram(['src/db/migrate-main.ts'], { DATABASE_URL: `file:${path}` }).exited;
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('a database that may be there later', () => {
  it('on a full disk: the API lives and says why it is not ready, a migration ends with 1 and one line', async () => {
    const { env, databasePath } = programEnvironment();
    const api = startProgramOnFullDisk(4, ['src/api/main.ts'], env);
    const { url } = await api.logged(({ msg }) => msg === 'listening');
    const ask = requesting(String(url));
    expect((await ask('GET', '/health/live')).status).toBe(200);
    expect(expectProblem(await ask('GET', '/health/ready'), 503, 'not_ready').checks).toMatchObject({
      database: expect.stringMatching(/disk/),
    });
    expectProblem(await ask('POST', '/bootstrap'), 503, 'database_unavailable');
    expect(api.log.filter(({ msg }) => String(msg).startsWith('database cannot be opened'))).toMatchObject([
      { reason: expect.stringMatching(/disk/) },
    ]);
    const migration = startProgramOnFullDisk(4, ['src/db/migrate-main.ts'], { DATABASE_URL: `file:${databasePath}-2` });
    expect((await migration.exited).code).toBe(1);
    expect(migration.output).toEqual([expect.stringMatching(/^could not migrate .*: The database takes nothing now: its disk/)]);
  });
});

it('a disk that is full later: the API is not ready, says why, and can be read', async () => {
  const simulator = await createSimulator();
  onTestFinished(() => simulator.close());
  const { env } = programEnvironment({ AWS_ENDPOINT_URL_SAGEMAKER: simulator.url });
  const api = startProgramOnFullDisk(600, ['src/api/main.ts'], env);
  const { url } = await api.logged(({ msg }) => msg === 'listening');
  const ask = requesting(String(url));
  const responses: number[] = [];
  while (responses.at(-1) !== 503) responses.push((await ask('POST', '/bootstrap')).status);
  const ready = await eventually(
    () => ask('GET', '/health/ready'),
    ({ status }) => status === 503,
    { everyMs: 200 },
  );
  expect(expectProblem(ready, 503, 'not_ready').checks).toMatchObject({ database: expect.stringMatching(/disk/) });
  const metrics = (await ask('GET', '/metrics')).text;
  expect(metrics).toMatch(/^autodeploy_database_up 0$/m);
  expect(metrics).toMatch(/^autodeploy_training_runs\{status="training"\} [1-9]/m);
  expect((await ask('GET', '/training-jobs')).status).toBe(200);
});

it('a locked database: a migration waits, and ends with 1 and one line when that takes too long', async () => {
  expect((await waiting.exited).code).toBe(1);
  expect(waiting.output).toEqual([expect.stringMatching(/^could not migrate .*locked by another process \(SQLITE_BUSY\)/)]);
});
