/** What the log says while PostgreSQL is unavailable: a line when that begins and one when it ends, for each kind of work. */
import { expect, it, onTestFinished } from 'vitest';
import { createSimulator } from 'sagemaker-simulator';
import { freePort } from '../../tools/dev/ports.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startPostgres } from '../../tools/testkit/postgres.ts';
import { type LogLine, type Program, startProgram } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';

const trainings = 12;
const isLoud = ({ level }: LogLine): boolean => level === 'warn' || level === 'error';

/** How often each event was logged as a warning or an error. */
const loudEvents = (program: Program): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(program.log.filter(isLoud), ({ event }) => String(event))].map(([event, lines]) => [event, lines.length]),
  );

const paced = { POLL_INTERVAL_SECONDS: '0.5', RECONCILE_INTERVAL_SECONDS: '1' };

it('a worker that starts while PostgreSQL is unavailable says so once, and works when it is there', async () => {
  const port = await freePort();
  const { env } = programEnvironment({ ...paced, DATABASE_URL: `postgres://me:secret@127.0.0.1:${port}/autodeploy` });
  const worker = startProgram(['src/worker/main.ts'], env);
  await worker.logged(({ event }) => event === 'process.started');
  const since = performance.now();
  await eventually(() => performance.now() - since > 4000);
  expect(loudEvents(worker)).toEqual({ 'database.open_failed': 1 });
  expect(worker.log.find(({ event }) => event === 'database.open_failed')).toMatchObject({
    database: `127.0.0.1:${port}/autodeploy`,
  });
  await worker.kill();
});

it('an outage of PostgreSQL is a line at its begin and one at its end for each kind of work', { timeout: 120_000 }, async () => {
  const server = await startPostgres();
  const simulator = await createSimulator();
  onTestFinished(() => simulator.close());
  simulator.changeSettings({ trainingSeconds: 10_000 });
  const { env } = programEnvironment({
    ...paced,
    DATABASE_URL: server.url(),
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
  });
  const [api, worker] = ['api', 'worker'].map((program) => startProgram([`src/${program}/main.ts`], env)) as [Program, Program];
  const url = String((await api.logged(({ event }) => event === 'process.listening'))['url']);
  await worker.logged(({ msg }) => msg === 'worker takes jobs');
  for (let index = 0; index < trainings; index += 1) await fetch(`${url}/bootstrap?auto_deploy=true`, { method: 'POST' });
  const described = (): number => simulator.calls().filter(({ operation }) => operation === 'DescribeTrainingJob').length;
  const goesOn = async (): Promise<void> => {
    const before = described();
    await eventually(() => described() > before + 2 * trainings);
  };
  await goesOn();
  expect(loudEvents(worker)).toEqual({});

  await server.kill();
  const hasFailed = (): boolean => ['database.unavailable', 'reconcile.failed'].every((event) => event in loudEvents(worker));
  await eventually(
    async () => {
      await fetch(`${url}/training-jobs`).then((response) => response.arrayBuffer());
      return hasFailed();
    },
    Boolean,
    { withinMs: 60_000, what: 'the lines of the outage' },
  );
  await server.start();
  await goesOn();
  await worker.logged(({ event }) => event === 'database.recovered', 30_000);
  await eventually(
    () => worker.log.filter(({ event }) => event === 'task.recovered').length,
    (count) => count >= 2,
    { withinMs: 30_000 },
  );

  const loud = loudEvents(worker);
  for (const [event, count] of Object.entries(loud)) expect({ event, count }).toEqual({ event, count: 1 });
  expect(Object.keys(loud)).toEqual(expect.arrayContaining(['database.unavailable', 'reconcile.failed']));
  const recovered = worker.log.flatMap((line) => (line.event === 'task.recovered' ? [line['failure']] : []));
  expect(new Set(recovered).size).toBe(recovered.length);
  // The API says it once in half a minute, with the number of repeats.
  expect(loudEvents(api)).toEqual({ 'http.request_failed': 1 });
});
