import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { newPath, openStore } from './sqlite-files.ts';
import { claim, deploy, queued } from './samples.ts';

/** A database with a run and deployment in progress (`live`), one queued (`waiting`), and a bare connection to it. */
async function withRows(): Promise<Sqlite.Database> {
  const path = newPath();
  const store = openStore(path);
  await deploy(store, 'done', 500);
  await queued(store, 'live', 1000);
  await claim(store, 'd-live');
  await queued(store, 'waiting', 2000);
  const sqlite = new Sqlite(path);
  onTestFinished(() => void sqlite.close());
  return sqlite;
}

it.each([
  ['a run of an unknown status', `update training_runs set status = 'lost'`, 'training_runs_status_known'],
  ['a finished run without its end', `update training_runs set finished_at = null`, 'training_runs_finished_at'],
  ['an unfinished run with an end', `update training_runs set status = 'training'`, 'training_runs_finished_at'],
  ['a deployment of an unknown status', `update deployments set status = 'lost'`, 'deployments_status_known'],
  ['a deployment at an unknown step', `update deployments set step = 'lost'`, 'deployments_step_known'],
  ['a deployment of an unknown trigger', `update deployments set trigger = 'lost'`, 'deployments_trigger_known'],
  ['a finished deployment without its end', `update deployments set status = 'failed'`, 'deployments_finished_at'],
  ['an unfinished deployment with an end', `update deployments set finished_at = 1`, 'deployments_finished_at'],
  [
    'a deployment in progress that never started',
    `update deployments set started_at = null where status = 'in_progress'`,
    'deployments_started_at',
  ],
  [
    'two in progress on an endpoint',
    `update deployments set status = 'in_progress', started_at = 1 where deployment_id = 'd-waiting'`,
    'UNIQUE constraint failed: deployments.endpoint_key',
  ],
  [
    'two active deployments of a run',
    `update deployments set run_seq = (select run_seq from deployments where deployment_id = 'd-live') where deployment_id = 'd-waiting'`,
    'UNIQUE constraint failed: deployments.run_seq',
  ],
  [
    'two runs of a name',
    `update training_runs set training_job_name = 'one'`,
    'UNIQUE constraint failed: training_runs.training_job_name',
  ],
  ['two runs of an id', `update training_runs set run_id = 'one'`, 'UNIQUE constraint failed: training_runs.run_id'],
  [
    'two runs of a key',
    `update training_runs set idempotency_key = 'one'`,
    'UNIQUE constraint failed: training_runs.idempotency_key',
  ],
  [
    'two deployments of an id',
    `update deployments set deployment_id = 'one'`,
    'UNIQUE constraint failed: deployments.deployment_id',
  ],
  ['history of an unknown subject', `update history set subject = 'lost'`, 'history_subject_known'],
  ['history of no run', `update history set run_seq = 999`, 'FOREIGN KEY'],
  ['a deployment of no run', `update deployments set run_seq = 999 where deployment_id = 'd-live'`, 'FOREIGN KEY'],
  ['a run that goes before its deployments', `delete from training_runs`, 'FOREIGN KEY'],
])('the database refuses %s', async (_, statement, constraint) => {
  const sqlite = await withRows();
  sqlite.pragma('foreign_keys = ON');
  expect(() => sqlite.exec(statement)).toThrow(constraint);
});

it('takes the statements that the refused ones are made from', async () => {
  const sqlite = await withRows();
  const changed = [
    `update deployments set status = 'failed', finished_at = 1`,
    `update training_runs set status = 'training', finished_at = null`,
    `update training_runs set idempotency_key = 'one' where training_job_name = 'live'`,
  ].map((statement) => sqlite.prepare(statement).run().changes);
  expect(changed).toEqual([3, 3, 1]);
});
