import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { freshDatabase } from '../../tools/testkit/postgres.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { query } from '../db/postgres-databases.ts';
import { openRedis } from '../queue/harness.ts';
import { listens, LocalSystem } from './local-system.ts';

interface Run {
  deployment_status: string;
}
interface EndpointStatus {
  last_modified_time: string;
  training_job_name: string;
}

let folder = '';
let env: Record<string, string> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'autodeploy start '));
  // A shell and a home that lead to AWS: a program that follows them misses the simulator, and every training below.
  const home = join(folder, 'home');
  mkdirSync(join(home, '.aws'), { recursive: true });
  writeFileSync(join(home, '.aws', 'config'), '[default]\nendpoint_url = http://127.0.0.1:1\nregion = eu-west-1\n');
  env = {
    HOME: home,
    AWS_PROFILE: 'production',
    AWS_ENDPOINT_URL_SAGEMAKER: 'http://127.0.0.1:1',
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    AUTODEPLOY_LOCAL_DIR: join(folder, 'local'),
    PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    SIMULATOR_TRAINING_SECONDS: '1',
    SIMULATOR_ENDPOINT_SECONDS: '1',
    POLL_INTERVAL_SECONDS: '0.2',
    ENDPOINT_POLL_SECONDS: '0.2',
    RECONCILE_INTERVAL_SECONDS: '1',
  };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function deployed(system: LocalSystem, name: string): Promise<EndpointStatus> {
  await eventually(
    () => system.get<Run>(`/training-jobs/${name}`),
    (run) => run.deployment_status === 'deployed',
    { withinMs: 60_000, everyMs: 100, what: `the deployment of ${name}` },
  );
  return system.get<EndpointStatus>('/endpoint-status');
}

/** Files and folders that other users of this machine could read or write. */
const openToOthers = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => (statSync(join(path, name)).mode & 0o077) !== 0);

const workerPid = (): number => {
  const lines = readFileSync(join(folder, 'local', 'logs', 'worker-1.log'), 'utf8').split('\n');
  const last = lines.findLast((line) => line.startsWith('{')) ?? '{}';
  return (JSON.parse(last) as { pid: number }).pid;
};

describe('npm start', () => {
  it(
    'deploys what the printed curl trains, continues where it stopped, and leaves no process behind',
    { timeout: 180_000 },
    async () => {
      const system = new LocalSystem(env);
      const api = await system.printed('API');

      const first = await system.postPrinted();
      const afterFirst = await deployed(system, first.training_job_name);
      expect(afterFirst.training_job_name).toBe(first.training_job_name);
      expect(system.program.output.some((line) => line.includes(`  ${first.training_job_name}  `))).toBe(true);

      // One worker is killed.
      process.kill(workerPid(), 'SIGKILL');
      const second = await system.postPrinted();
      const afterSecond = await deployed(system, second.training_job_name);
      expect(afterSecond.training_job_name).toBe(second.training_job_name);
      expect(Date.parse(afterSecond.last_modified_time)).toBeGreaterThan(Date.parse(afterFirst.last_modified_time));
      await system.program.until(
        () => system.program.output.find((line) => /worker-1 +restarted/.test(line)),
        'new worker',
        60_000,
      );

      await system.changeSimulator({ trainingSeconds: 4 });
      const third = await system.postPrinted();
      const stopRequestedAt = performance.now();
      system.program.signal('SIGINT');
      expect(await system.program.exited).toEqual({ code: 0, signal: null });
      expect(performance.now() - stopRequestedAt).toBeLessThan(20_000);
      for (const url of [api, `http://127.0.0.1:${env['SIMULATOR_PORT']}`]) expect(await listens(url)).toBe(false);

      const restarted = new LocalSystem(env);
      const afterThird = await deployed(restarted, third.training_job_name);
      expect(afterThird.training_job_name).toBe(third.training_job_name);
      // The earlier runs are still recorded.
      expect(await restarted.get(`/training-jobs/${first.training_job_name}`)).toMatchObject({ deployment_status: 'deployed' });

      expect(openToOthers(join(folder, 'local'))).toEqual([]);
      await restarted.program.kill();
      await eventually(
        () => listens(api),
        (seen) => !seen,
        { what: 'the end of the API whose parent was killed' },
      );
    },
  );

  it('uses the database and the Redis of DATABASE_URL and REDIS_URL', { timeout: 120_000 }, async () => {
    const url = await freshDatabase();
    const local = join(folder, 'own places');
    const own = { ...env, AUTODEPLOY_LOCAL_DIR: local, DATABASE_URL: url, REDIS_URL: redisUrl(), PROJECT_NAME: 'own-places' };
    const system = new LocalSystem(own);
    expect(await system.printed('Database')).toBe('the one of DATABASE_URL');
    const { training_job_name: name } = await system.postPrinted();
    await eventually(
      () => system.get<Run>(`/training-jobs/${name}`),
      (run) => run.deployment_status === 'deployed',
      { withinMs: 60_000, everyMs: 100, what: `the deployment of ${name}` },
    );
    expect(await query(url, 'select training_job_name as name from training_runs')).toEqual([{ name }]);
    expect(await openRedis(redisUrl()).exists('{autodeploy-simulator-own-places}:deploy:meta')).toBe(1);
    expect(readdirSync(join(local, 'simulator')).filter((file) => /\.db|aof/.test(file))).toEqual([]);
    expect(readdirSync(join(local, 'logs'))).not.toContain('redis.log');
    system.program.signal('SIGINT');
    expect(await system.program.exited).toEqual({ code: 0, signal: null });
  });

  it('names the variable to set when a port is in use, and starts nothing', async () => {
    const server = createServer().listen(Number(env['PORT']), '127.0.0.1');
    await once(server, 'listening');
    const { program } = new LocalSystem(env);
    expect(await program.exited).toEqual({ code: 1, signal: null });
    const other = Number(env['PORT']) + 10;
    expect(program.output).toEqual([`Port ${env['PORT']} is in use. To give the API another one: PORT=${other} npm start`]);
    server.close();
    await once(server, 'close');
  });

  describe('in a folder that cannot be written', () => {
    const file = (): string => {
      const path = join(mkdtempSync(join(folder, 'file-')), 'a-file');
      writeFileSync(path, '');
      return path;
    };
    const noDetails = (lines: readonly string[]): void =>
      expect(lines.filter((line) => /^\s*at |node:|Error:|^Node\.js/.test(line))).toEqual([]);

    it.each([
      ['in its place', (path: string) => path, 'EEXIST'],
      ['above it', (path: string) => join(path, 'local'), 'ENOTDIR'],
    ])('because of a file %s, prints one line', async (_, folderOf, code) => {
      const path = folderOf(file());
      const { program } = new LocalSystem({ ...env, AUTODEPLOY_LOCAL_DIR: path });
      expect(await program.exited).toEqual({ code: 1, signal: null });
      expect(program.output).toEqual([
        `The folder ${path} can't be written (${code}). To keep everything in another one: AUTODEPLOY_LOCAL_DIR=FOLDER npm start`,
      ]);
      // The program around it keeps its lock there.
      const outer = startProgram(['scripts/start.mjs'], { ...env, AUTODEPLOY_LOCAL_DIR: path });
      expect(await outer.exited).toEqual({ code: 1, signal: null });
      expect(outer.output).toEqual([
        `set-up: The folder ${path} can't be written (${code}).`,
        'set-up: Let this user write it, or, for `npm start`, name another one: AUTODEPLOY_LOCAL_DIR=FOLDER npm start',
      ]);
    });

    it('because of a file in place of an inner folder, prints one line', async () => {
      const path = join(file(), '..');
      writeFileSync(join(path, 'logs'), '');
      const { program } = new LocalSystem({ ...env, AUTODEPLOY_LOCAL_DIR: path });
      expect(await program.exited).toEqual({ code: 1, signal: null });
      expect(program.output).toEqual([expect.stringMatching(/\/logs can't be written \(EEXIST\)/)]);
    });

    it('because of its database file, prints the error of the program', async () => {
      const path = join(file(), '..');
      mkdirSync(join(path, 'simulator', 'autodeploy.db'), { recursive: true });
      const { program } = new LocalSystem({ ...env, AUTODEPLOY_LOCAL_DIR: path });
      expect(await program.exited).toEqual({ code: 1, signal: null });
      noDetails(program.output);
      expect(program.output.join('\n')).toMatch(/ {2}DATABASE_URL/);
      expect(program.output.at(-1)).toMatch(/^(api|worker-\d) ended with code 78 while it started; its log is in /);
    });

    it('because of its state file, prints the error of the simulator', async () => {
      const path = join(file(), '..');
      mkdirSync(join(path, 'simulator', 'sagemaker.jsonl'), { recursive: true });
      const { program } = new LocalSystem({ ...env, AUTODEPLOY_LOCAL_DIR: path });
      expect(await program.exited).toEqual({ code: 1, signal: null });
      noDetails(program.output);
      expect(program.output.join('\n')).toMatch(/simulator +ERROR +SageMaker simulator could not start: .*EISDIR/);
    });
  });

  it('prints one line when there is no Redis server', async () => {
    const { program } = new LocalSystem({ ...env, PATH: folder, AUTODEPLOY_LOCAL_DIR: join(folder, 'no-redis') });
    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(program.output).toEqual(['There is no redis-server (or valkey-server) in PATH. `npm run setup` installs it.']);
  });

  it('prints each wrong setting once', async () => {
    const { program } = new LocalSystem({ ...env, POLL_INTERVAL_SECONDS: 'soon' });
    expect(await program.exited).toEqual({ code: 78, signal: null });
    expect(program.output).toHaveLength(1);
    expect(program.output[0]).toMatch(/^POLL_INTERVAL_SECONDS holds "soon"/);
  });

  it('with --aws has no defaults: required settings must be set', async () => {
    const { program } = new LocalSystem(env, ['--aws']);
    expect(await program.exited).toEqual({ code: 78, signal: null });
    expect(program.output.map((line) => line.split(' ')[0])).toEqual([
      'EXECUTION_ROLE_ARN',
      'TRAINING_IMAGE',
      'MODEL_OUTPUT_S3_URI',
      'AWS_REGION',
    ]);
  });
});
