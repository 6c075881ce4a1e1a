import { expect, it, onTestFinished } from 'vitest';
import { createSimulator } from 'sagemaker-simulator';
import Sqlite from 'better-sqlite3';
import { newRun } from '../db/samples.ts';
import { openStore } from '../db/sqlite-files.ts';
import { openQueue } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';

it('SIGTERM ends a worker whose database never returns, within 10 s', async () => {
  const simulator = await createSimulator();
  onTestFinished(() => simulator.close());
  const queuePrefix = '{database-stuck}';
  const { env, databasePath } = programEnvironment({
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    QUEUE_PREFIX: queuePrefix,
    RECONCILE_INTERVAL_SECONDS: '3600',
  });
  await openStore(databasePath).runs.insert({ run: newRun('stuck'), now: 1000 });
  const sqlite = new Sqlite(databasePath);
  sqlite.exec(`CREATE TRIGGER stuck AFTER UPDATE ON training_runs WHEN NEW.status = 'training'
    BEGIN SELECT (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n); END`);
  sqlite.close();
  const worker = startProgram(['src/worker/main.ts'], env);
  await worker.logged(({ msg }) => msg === 'worker takes jobs');
  await openQueue(redisUrl(), queuePrefix).scheduleTrainingCheck({ trainingJobName: 'stuck', endpointName: 'live' }, 0);
  await eventually(() => simulator.effects().some(({ kind }) => kind === 'training_job_created'));
  worker.signal('SIGTERM');
  const exit = await eventually(
    () => worker.exit,
    (seen) => seen !== null,
    { withinMs: 10_500, what: 'the end of the worker' },
  );
  expect(exit).not.toBeNull();
}, 40_000);

it('a folder that refuses new ones in an odd way is waited for, not tried without end', async () => {
  const { env } = programEnvironment({ DATABASE_URL: 'file:/proc/autodeploy/a.db' });
  const worker = startProgram(['src/worker/main.ts'], env);
  const line = await worker.logged(({ msg }) => msg === 'database cannot be opened; retrying');
  expect(line).toMatchObject({ level: 'error', reason: expect.stringContaining('ENOENT') });
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
}, 40_000);
