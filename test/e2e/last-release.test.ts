/**
 * A rolling update with real programs: an API and a worker of the last release (test/fixtures/last-release/programs.tar.gz) keep working
 * on a database that this version has migrated under them, beside an API and a worker of this version, on the same queue.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createSimulator } from 'sagemaker-simulator';
import { requesting } from '../api/request.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freshDatabase } from '../../tools/testkit/postgres.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';

interface Run {
  training_job_name: string;
  deployment_status: string;
  deployments: { status: string; attempts: number }[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'autodeploy-last-release-'));

beforeAll(() => {
  execFileSync('tar', ['-xzf', join(root, 'test/fixtures/last-release/programs.tar.gz'), '-C', folder]);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Env = Record<string, string>;

async function startVersion(from: string, env: Env) {
  const programs = ['api', 'worker'].map((name) => startProgram([join(from, `src/${name}/main.ts`)], env)) as [Program, Program];
  const { url } = await programs[0].logged(({ event }) => event === 'process.listening', 60_000);
  await programs[1].logged(({ event }) => event === 'worker.ready', 60_000);
  const ask = requesting(String(url));
  const bootstrap = async (endpoint: string): Promise<string> => {
    const { status, body } = await ask<Run>('POST', '/bootstrap?auto_deploy=true', { json: { endpoint_name: endpoint } });
    expect(status).toBe(202);
    return body.training_job_name;
  };
  const read = async (name: string): Promise<Run> => (await ask<Run>('GET', `/training-jobs/${name}`)).body;
  return { programs, ask, bootstrap, read };
}

type Version = Awaited<ReturnType<typeof startVersion>>;

const untilDeployed = (version: Version, name: string): Promise<Run> =>
  eventually(
    () => version.read(name),
    ({ deployment_status: status }) => status === 'deployed',
    { withinMs: 60_000, everyMs: 200, what: `${name} being deployed` },
  );

async function migrate(env: Env): Promise<number> {
  const migration = startProgram(['src/db/migrate-main.ts'], env);
  expect(await migration.exited).toMatchObject({ code: 0 });
  return (JSON.parse(migration.output.join('\n')) as { migrations_applied: number }).migrations_applied;
}

test.each(['SQLite', 'PostgreSQL'])(
  'programs of the last release > work beside this version on %s while they are replaced',
  async (engine) => {
    const simulator = await createSimulator({ settings: { trainingSeconds: 2, endpointCreateSeconds: 0.5 } });
    onTestFinished(() => simulator.close());
    const { env } = programEnvironment({
      ...(engine === 'SQLite' ? {} : { DATABASE_URL: await freshDatabase() }),
      AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
      POLL_INTERVAL_SECONDS: '0.5',
      ENDPOINT_POLL_SECONDS: '0.3',
      RECONCILE_INTERVAL_SECONDS: '1',
    });
    const last = await startVersion(folder, env);
    const before = await last.bootstrap('before');
    expect(await migrate(env)).toBeGreaterThan(0);
    const alone = await last.bootstrap('alone');
    await untilDeployed(last, before);
    await untilDeployed(last, alone);

    // Each version finds, deploys and shows what the other has recorded.
    const current = await startVersion(root, env);
    const [byLast, byCurrent] = [await last.bootstrap('by-last'), await current.bootstrap('by-current')];
    for (const name of [byLast, byCurrent]) {
      await untilDeployed(last, name);
      expect(await untilDeployed(current, name)).toMatchObject({ deployments: [{ status: 'deployed', attempts: 1 }] });
    }
    for (const { ask } of [last, current]) {
      expect((await ask<{ items: unknown[] }>('GET', '/training-jobs?status=completed')).body.items).toHaveLength(4);
      const { text } = await ask('GET', '/metrics');
      const ended = text.matchAll(/^autodeploy_deployments(?:_finished_total)?\{status="deployed".*\} (\d+)$/gm);
      expect([...ended].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(4);
      expect((await ask('GET', '/health/ready')).status).toBe(200);
    }

    // The last release ends in the middle of a training that it has recorded.
    const atTheEnd = await last.bootstrap('at-the-end');
    expect(last.programs.map(({ exit }) => exit)).toEqual([null, null]);
    for (const program of last.programs) program.signal('SIGTERM');
    const ends = await Promise.all(last.programs.map(({ exited }) => exited));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(await untilDeployed(current, atTheEnd)).toMatchObject({ deployments: [{ status: 'deployed', attempts: 1 }] });
    const complaints = [...last.programs, ...current.programs].flatMap(({ log }) =>
      log.filter(({ level }) => level === 'error' || level === 'fatal'),
    );
    expect(complaints).toEqual([]);
  },
  150_000,
);
