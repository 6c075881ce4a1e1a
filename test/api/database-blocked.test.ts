import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createSimulator } from 'sagemaker-simulator';
import { lockDatabase } from '../db/lock-database.ts';
import { slowWrites } from '../db/slow-writes.ts';
import { openStore } from '../db/sqlite-files.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { type Ask, requesting, expectProblem } from './request.ts';

interface RunningApi {
  program: Program;
  ask: Ask;
  databasePath: string;
}

async function startApi(before: (databasePath: string) => Promise<void> = async () => {}): Promise<RunningApi> {
  const simulator = await createSimulator();
  onTestFinished(() => simulator.close());
  const { env, databasePath } = programEnvironment({ AWS_ENDPOINT_URL_SAGEMAKER: simulator.url });
  await before(databasePath);
  const program = startProgram(['src/api/main.ts'], env);
  const { url } = await program.logged(({ msg }) => msg === 'listening');
  return { program, ask: requesting(String(url)), databasePath };
}

/** How long `GET /health/live` took at the most, asked again and again until the work has ended. */
async function slowestLiveWhile(ask: Ask, work: Promise<unknown>): Promise<number> {
  let slowestMs = 0;
  const over = new AbortController();
  const ended = work.finally(() => over.abort());
  while (!over.signal.aborted) {
    const startedAt = performance.now();
    expect((await ask('GET', '/health/live')).status).toBe(200);
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    await delay(20);
  }
  await ended;
  return slowestMs;
}

const runsOf = async (ask: Ask): Promise<unknown[]> => (await ask<{ items: unknown[] }>('GET', '/training-jobs')).body.items;

it('database locked by a shell > writes return 503 in seconds, reads and liveness work, and it recovers', async () => {
  const { ask, databasePath } = await startApi();
  const lock = lockDatabase(databasePath);
  const startedAt = performance.now();
  const many = Promise.all(Array.from({ length: 20 }, () => ask('POST', '/bootstrap')));
  expect(await slowestLiveWhile(ask, many)).toBeLessThan(1000);
  expect(performance.now() - startedAt).toBeLessThan(8000);
  for (const response of await many)
    expect(expectProblem(response, 503, 'database_unavailable').detail).toMatch(/nothing was changed/);
  expect(await runsOf(ask)).toEqual([]);
  expect(expectProblem(await ask('GET', '/health/ready'), 503, 'not_ready').checks).toMatchObject({
    redis: 'ok',
    database: expect.stringMatching(/locked by another process/),
  });
  expect((await ask('GET', '/metrics')).text).toMatch(/^autodeploy_database_up 0$/m);
  lock.release();
  await eventually(
    () => ask('GET', '/health/ready'),
    ({ status }) => status === 200,
  );
  expect((await ask('POST', '/bootstrap')).status).toBe(202);
});

it('disk hangs > liveness works, writes return 503 in seconds, and none is made later', async () => {
  const { ask, databasePath } = await startApi();
  slowWrites(databasePath, 8000);
  const startedAt = performance.now();
  const requested = Promise.all([
    ask('POST', '/bootstrap', { json: { training_job_name: 'slow' } }),
    ask('POST', '/bootstrap', { json: { training_job_name: 'next' } }),
  ]);
  expect(await slowestLiveWhile(ask, requested)).toBeLessThan(1000);
  for (const response of await requested) expectProblem(response, 503, 'database_unavailable');
  expect(performance.now() - startedAt).toBeLessThan(7000);
  await eventually(
    () => ask('GET', '/health/ready'),
    ({ status }) => status === 200,
    { withinMs: 60_000 },
  );
  expect(await runsOf(ask)).toEqual([]);
});

it('API process > starts while the database is locked, is not ready until then, and stops in time', async () => {
  let release = (): void => {};
  const { ask, program } = await startApi(async (databasePath) => {
    const store = openStore(databasePath);
    await store.ping();
    await store.close();
    ({ release } = lockDatabase(databasePath, 'whole'));
  });
  expect((await ask('GET', '/health/live')).status).toBe(200);
  const ready = await ask('GET', '/health/ready');
  expect(expectProblem(ready, 503, 'not_ready').checks).toMatchObject({ database: expect.stringMatching(/locked/) });
  release();
  await program.logged(({ msg }) => msg === 'database opened');
  await eventually(
    () => ask('GET', '/health/ready'),
    ({ status }) => status === 200,
  );
  const startedAt = performance.now();
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
