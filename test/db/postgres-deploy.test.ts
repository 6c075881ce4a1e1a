import { expect, it, onTestFinished } from 'vitest';
import { createSimulator } from 'sagemaker-simulator';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freshDatabase } from '../../tools/testkit/postgres.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { query } from './postgres-databases.ts';

it('an API and two workers on PostgreSQL deploy a training, with their connections cut meanwhile', async () => {
  const simulator = await createSimulator({ settings: { trainingSeconds: 1, endpointCreateSeconds: 0.5 } });
  onTestFinished(() => simulator.close());
  const url = await freshDatabase();
  const { env } = programEnvironment({
    DATABASE_URL: url,
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    POLL_INTERVAL_SECONDS: '0.5',
    ENDPOINT_POLL_SECONDS: '0.5',
    RECONCILE_INTERVAL_SECONDS: '1',
  });
  const api = startProgram(['src/api/main.ts'], env);
  for (const _ of [1, 2]) startProgram(['src/worker/main.ts'], env);
  const listening = await api.logged(({ event }) => event === 'process.listening');
  const base = String(listening['url']);
  const response = await fetch(`${base}/bootstrap?auto_deploy=true`, { method: 'POST' });
  expect(response.status).toBe(202);
  const { training_job_name: name } = (await response.json()) as { training_job_name: string };
  await query(
    url,
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  const run = await eventually(
    async () => (await (await fetch(`${base}/training-jobs/${name}`)).json()) as { status: string; deployment_status: string },
    ({ deployment_status: status }) => status === 'deployed',
    { withinMs: 50_000, everyMs: 200 },
  );
  expect(run.status).toBe('completed');
  expect((await fetch(`${base}/health/ready`)).status).toBe(200);
  const applications = await query<{ name: string }>(
    url,
    `select distinct application_name as name from pg_stat_activity where datname = current_database() and application_name like 'sagemaker-%' order by 1`,
  );
  expect(applications).toEqual([{ name: 'sagemaker-autodeploy-api' }, { name: 'sagemaker-autodeploy-worker' }]);
});
