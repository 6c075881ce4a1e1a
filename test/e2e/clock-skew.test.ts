import { expect, it, onTestFinished } from 'vitest';
import { createSimulator } from 'sagemaker-simulator';
import { freePort } from '../../tools/dev/ports.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freshDatabase } from '../../tools/testkit/postgres.ts';
import type { Program } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { type Ask, requesting } from '../api/request.ts';
import { startOnHost } from './system.ts';

interface Run {
  training_job_name: string;
  created_at: string;
  deployment_status: string;
}

/** Two API and three worker processes on hosts whose clocks differ, on PostgreSQL. */
async function startHosts(aheadSeconds: { apis: readonly number[]; workers: readonly number[] }) {
  const simulator = await createSimulator({
    settings: { trainingSeconds: 3, endpointCreateSeconds: 1, endpointUpdateSeconds: 1 },
  });
  onTestFinished(() => simulator.close());
  const { env } = programEnvironment({
    DATABASE_URL: await freshDatabase(),
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    POLL_INTERVAL_SECONDS: '1',
    ENDPOINT_POLL_SECONDS: '0.5',
    RECONCILE_INTERVAL_SECONDS: '1',
  });
  const apis = await Promise.all(
    aheadSeconds.apis.map(async (ahead) => {
      const port = await freePort();
      const program = startOnHost('src/api/main.ts', ahead * 1000, { ...env, PORT: String(port) });
      return { program, ask: requesting(`http://127.0.0.1:${port}`) };
    }),
  );
  const workers = aheadSeconds.workers.map((ahead) => startOnHost('src/worker/main.ts', ahead * 1000, env));
  await Promise.all(apis.map(({ program }) => program.logged(({ event }) => event === 'process.listening', 60_000)));
  await Promise.all(
    workers.map((worker) => worker.logged(({ event }) => event === 'worker.ready' || event === 'clock.unusable', 60_000)),
  );
  return { simulator, apis, workers };
}

const eventsOf = ({ log }: Program, prefix: string): string[] =>
  log.flatMap(({ event }) => (event?.startsWith(prefix) === true ? [event] : []));

const deployedOr = (status: string) => (run: Run) => [status, 'superseded'].includes(run.deployment_status);

const runOf = async (ask: Ask, name: string): Promise<Run> => (await ask<Run>('GET', `/training-jobs/${name}`)).body;

it('hosts 240 s apart double nothing and order trainings right; those that are far off do no work', async () => {
  const { simulator, apis, workers } = await startHosts({ apis: [-20, 120], workers: [20, -20, -120] });
  const [api, farOff] = apis;
  if (api === undefined || farOff === undefined) throw new Error('two API processes were started');
  expect((await api.ask('GET', '/health/ready')).status).toBe(200);
  const unready = await farOff.ask('GET', '/health/ready');
  expect(unready).toMatchObject({
    status: 503,
    body: {
      code: 'not_ready',
      checks: { database: 'ok', clock: expect.stringMatching(/^the clock of its host is 1[12]\d\.\d s ahead of/) },
    },
  });

  // The later training of each pair was requested on another host.
  const names: string[] = [];
  const startedAt = Date.now();
  for (const { ask } of [farOff, api, farOff, api]) {
    const { status, body } = await ask<Run>('POST', '/bootstrap?auto_deploy=true', { json: { endpoint_name: 'live' } });
    expect(status).toBe(202);
    expect(Math.abs(Date.parse(body.created_at) - startedAt)).toBeLessThan(15_000);
    names.push(body.training_job_name);
  }
  for (const name of names)
    await eventually(() => runOf(api.ask, name), deployedOr('deployed'), { withinMs: 60_000, everyMs: 200 });

  const newest = names.at(-1) ?? '';
  expect((await api.ask<{ training_job_name: string }>('GET', '/endpoint-status?endpoint_name=live')).body).toMatchObject({
    training_job_name: newest,
  });
  for (const name of names) {
    const count = (kind: 'training_job_created' | 'model_created'): number =>
      simulator.effects({ kind }).filter((one) => JSON.stringify(one).includes(name)).length;
    expect(count('training_job_created'), name).toBe(1);
    expect(count('model_created'), name).toBeLessThanOrEqual(1);
  }
  const live =
    simulator.effects({ kind: 'endpoint_update_requested' }).length +
    simulator.effects({ kind: 'endpoint_create_requested' }).length;
  const statuses = await Promise.all(names.map((name) => runOf(api.ask, name)));
  expect(live).toBe(statuses.filter((run) => run.deployment_status === 'deployed').length);

  // Workers that are 40 s apart make due what the other one has delayed, and not again and again.
  expect(simulator.calls({ operation: 'DescribeTrainingJob' }).length).toBeLessThan(100);

  expect(workers.map((worker) => eventsOf(worker, 'clock.'))).toEqual([['clock.skewed'], ['clock.skewed'], ['clock.unusable']]);
  const [ahead, behind, unusable] = workers.map((worker) => eventsOf(worker, 'training.').length);
  expect((ahead ?? 0) + (behind ?? 0)).toBeGreaterThan(0);
  expect(unusable).toBe(0);
  const { body } = await api.ask<{ warnings: { code: string; detail: string }[] }>('GET', '/status');
  expect(body.warnings.map(({ code }) => code).toSorted()).toEqual([
    'api_problem',
    'clock_skewed',
    'clock_skewed',
    'clock_skewed',
    'worker_problem',
  ]);
}, 120_000);
