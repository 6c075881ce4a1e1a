import { beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import journal from '../../drizzle/postgres/meta/_journal.json' with { type: 'json' };
import { freePort } from '../../tools/dev/ports.ts';
import { freshDatabase } from '../../tools/testkit/postgres.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { openPostgres, query } from './postgres-databases.ts';

const programs = ['src/api/main.ts', 'src/worker/main.ts', 'src/db/migrate-main.ts'];
const started = (url: string, which: readonly string[] = programs) =>
  which.map((program) => startProgram([program], programEnvironment({ DATABASE_URL: url }).env));

/** Where no server is, and a migration that waits for it for 15 s, in which the other tests run. */
let nowhere: string;
let waiting: Program;

beforeAll(async () => {
  nowhere = `postgres://postgres@127.0.0.1:${await freePort()}/autodeploy`;
  waiting = startProgram(['src/db/migrate-main.ts'], { DATABASE_URL: nowhere });
});

it('six programs that migrate one new database at once: one of them does it', async () => {
  const url = await freshDatabase();
  const migrating = Array.from({ length: 6 }, () => startProgram(['src/db/migrate-main.ts'], { DATABASE_URL: url }));
  const exits = await Promise.all(migrating.map((program) => program.exited));
  expect(exits, migrating.map((program) => program.tail()).join('\n')).toEqual(exits.map(() => ({ code: 0, signal: null })));
  const lines = migrating.flatMap((program) => program.log);
  const applied = lines.map((line) => Number(line['migrations_applied'])).toSorted((a, b) => a - b);
  expect(applied).toEqual([0, 0, 0, 0, 0, journal.entries.length]);
  expect(await query(url, 'select version from migrated_by')).toEqual([{ version: packageJson.version }]);
  await openPostgres(url).ping();
});

it('a killed migration leaves nothing, and no lock', async () => {
  const url = await freshDatabase();
  const program = startProgram(['src/db/migrate-main.ts'], { DATABASE_URL: url });
  await program.kill();
  await openPostgres(url).ping();
  expect(await query(url, 'select count(*)::int as times from __drizzle_migrations')).toEqual([
    { times: journal.entries.length },
  ]);
});

describe('a database that cannot be used ends a program with 78 and one line that says why', () => {
  async function expectRefused(url: string, line: RegExp, which = ['src/db/migrate-main.ts']): Promise<void> {
    for (const program of started(url, which)) {
      expect(await program.exited, program.tail()).toEqual({ code: 78, signal: null });
      const said = program.output.filter((one) => !one.startsWith('{'));
      expect(said).toEqual([expect.stringMatching(line)]);
    }
  }

  it('a malformed address', async () => {
    await expectRefused(
      'postgres://me:secret-4711@db',
      /^DATABASE_URL holds "postgres:\/\/\*\*\*@db"; it may hold file: .*postgres:\/\/USER/,
    );
  });

  it('no such database', async () => {
    const url = Object.assign(new URL(await freshDatabase()), { pathname: '/no_such_one' }).href;
    await expectRefused(
      url,
      /^DATABASE_URL holds "postgres:\/\/\*\*\*@127\.0\.0\.1:\d+\/no_such_one"\. .*no such database.* \(3D000\)\.$/,
    );
  });

  it('no such user', async () => {
    const url = Object.assign(new URL(await freshDatabase()), { username: 'unknown_user', password: 'secret-4711' }).href;
    await expectRefused(url, /refuses the user or the password \(28000\)\.$/);
  });

  it('a server without TLS, where the address asks for it', async () => {
    await expectRefused(`${await freshDatabase()}?sslmode=require`, /the server does not support TLS/);
  });

  it('a database of a newer version', async () => {
    const url = await freshDatabase();
    await openPostgres(url).ping();
    await query(url, `insert into __drizzle_migrations (hash, created_at) values ('later', 9000000000000)`);
    await query(url, `insert into migrated_by (migrations, version, at) values (1000, '7.8.9', 1)`);
    await expectRefused(
      url,
      new RegExp(
        `migrated by version 7\\.8\\.9 of the service, and this is ${packageJson.version}: run version 7\\.8\\.9 or newer`,
      ),
    );
  });
});

it.each([
  ['PostgreSQL', async () => await freshDatabase(), /\/(better-sqlite3|sqlite-core)\//],
  ['SQLite', async () => `file:${programEnvironment().databasePath}`, /\/(pg|pg-core|node-postgres)\//],
])('a program on %s loads nothing of the other engine', async (_, address, other) => {
  const program = startProgram(['test/db/loaded-files-program.ts'], { DATABASE_URL: await address() });
  const { files } = (await program.logged(({ event }) => event === 'test.loaded')) as { files?: string[] };
  expect(files?.length).toBeGreaterThan(10);
  expect(files?.filter((file) => other.test(file))).toEqual([]);
  expect((await program.exited).code, program.tail()).toBe(0);
});

it('a server that is not there yet is waited for, and the migration says so when that is in vain', async () => {
  const programsThatWait = started(nowhere, ['src/api/main.ts', 'src/worker/main.ts']);
  const failed = await Promise.all(
    programsThatWait.map((program) => program.logged(({ event }) => event === 'database.open_failed')),
  );
  for (const line of failed) {
    expect(line['reason']).toMatch(/cannot be reached \(ECONNREFUSED\)/);
    expect(`postgres://postgres@${String(line['database'])}`).toBe(nowhere);
  }
  expect((await waiting.exited).code).toBe(1);
  expect(waiting.tail()).toMatch(/^could not migrate 127\.0\.0\.1:\d+\/autodeploy: .*ECONNREFUSED/m);
});
