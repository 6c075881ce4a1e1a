import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freshDatabase, postgresUrl, startPostgres } from '../../tools/testkit/postgres.ts';
import { startProgram } from '../../tools/testkit/processes.ts';

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end().catch(() => {}));
  return client;
}

let earlier = '';

describe('freshDatabase', () => {
  it('makes an empty database for each call on the server that all test files share', async () => {
    const [one, other] = [await connect((earlier = await freshDatabase())), await connect(await freshDatabase())];
    await one.query('CREATE TABLE trainings (name text)');
    expect((await other.query("SELECT to_regclass('trainings') AS found")).rows).toEqual([{ found: null }]);
  });

  it('copies a template', async () => {
    const template = await freshDatabase();
    const client = await connect(template);
    await client.query("CREATE TABLE trainings AS SELECT 'a' AS name");
    await client.end();
    const copy = await connect(await freshDatabase(new URL(template).pathname.slice(1)));
    expect((await copy.query('SELECT name FROM trainings')).rows).toEqual([{ name: 'a' }]);
  });

  it('drops its database after the test', async () => {
    const server = await connect(postgresUrl());
    const name = new URL(earlier).pathname.slice(1);
    expect((await server.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])).rows).toEqual([]);
  });
});

describe('startPostgres', () => {
  it('starts a server that continues after a kill with what was committed', async () => {
    const server = await startPostgres();
    await server.sql("CREATE TABLE trainings AS SELECT 'a' AS name");
    const client = await connect(server.url());
    await server.kill();
    await expect(client.query('SELECT 1')).rejects.toThrow(/connection|terminat/i);
    await server.start();
    expect(await server.sql('SELECT name FROM trainings')).toEqual([{ name: 'a' }]);
  });

  it('starts a server that a test can make read-only, pause, and cut off', async () => {
    const server = await startPostgres();
    const name = await server.createDatabase();
    const client = await connect(server.url(name));
    await client.query('CREATE TABLE trainings (name text)');
    const insert = (): Promise<unknown> => client.query("INSERT INTO trainings VALUES ('a')");

    await server.setReadOnly(true);
    await eventually(
      () =>
        insert().then(
          () => null,
          (error: { code: string }) => error.code,
        ),
      (code) => code === '25006',
    );
    await server.setReadOnly(false);
    await eventually(() => insert().then(() => true));

    await server.pause();
    const late = client.query('SELECT 1');
    const first = await Promise.race([
      late.then(() => 'responded'),
      new Promise((resolve) => setTimeout(resolve, 300, 'silent')),
    ]);
    expect(first).toBe('silent');
    server.resume();
    await late;

    expect(await server.endConnections(name)).toBe(1);
    await expect(client.query('SELECT 1')).rejects.toThrow(/connection|terminat/i);
    await server.dropDatabase(name);
  });

  it('starts a server that ends, and whose data goes, with the process that started it', async () => {
    const program = startProgram([
      '--input-type=module',
      '--eval',
      `import { launchPostgres } from './tools/testkit/postgres-server.ts';
       const server = await launchPostgres();
       console.log(JSON.stringify({ msg: 'started', url: server.url(), data: (await server.sql('SHOW data_directory'))[0] }));
       setInterval(() => {}, 1000);`,
    ]);
    const { url, data } = await program.logged(({ msg }) => msg === 'started', 60_000);
    await program.kill();
    const refused = (): Promise<boolean> =>
      connect(String(url)).then(
        () => false,
        () => true,
      );
    await eventually(refused, Boolean, { withinMs: 30_000 });
    const folder = (data as { data_directory: string }).data_directory;
    await eventually(() => !existsSync(`${folder}/postmaster.pid`), Boolean, { withinMs: 30_000 });
    // The next server removes what a killed process left.
    await startPostgres();
    expect(existsSync(folder)).toBe(false);
  });
});
