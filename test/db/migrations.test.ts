import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';

const folder = fileURLToPath(new URL('../../drizzle', import.meta.url));
const files = globSync('*.sql', { cwd: folder }).toSorted();

/** A database as it was before the migration, with its rows, and the migration on it. */
function migrated(name: string, rows: string): Sqlite.Database {
  const sqlite = new Sqlite(':memory:');
  onTestFinished(() => void sqlite.close());
  const run = (file: string): unknown => sqlite.exec(readFileSync(join(folder, file), 'utf8'));
  for (const file of files.filter((one) => one < name)) run(file);
  sqlite.exec(rows);
  run(`${name}.sql`);
  return sqlite;
}

const run = (seq: number, request: string): string => `
  insert into training_runs (seq, run_id, training_job_name, project, endpoint_name, auto_deploy, status, request, created_at, updated_at, finished_at)
  values (${seq}, 'run-${seq}', 'job-${seq}', 'p', 'live', 1, 'completed', ${request}, ${seq}000, 9, 9);`;
const deployment = (seq: number, status: string, finishedAt: number, endpointKey = 'live'): string => `
  insert into deployments (seq, deployment_id, run_seq, training_job_name, endpoint_name, endpoint_key, status, step, forced, trigger,
    attempts, model_name, training_created_at, created_at, finished_at)
  values (${seq}, 'd-${seq}', ${seq}, 'job-${seq}', '${endpointKey}', '${endpointKey}', '${status}', 'settle', 0, 'poll', 1, 'm', 1, 1, ${finishedAt});`;

it('0003 keeps what went live after what, and when SageMaker made the trainings that were adopted', () => {
  const rows = [1, 2, 3, 4].map((seq) => run(seq, seq === 2 ? 'null' : `'{}'`)).join('');
  const sqlite = migrated(
    '0003_add_live_order',
    rows +
      deployment(1, 'deployed', 30) +
      deployment(2, 'deployed', 20) +
      deployment(3, 'failed', 40) +
      deployment(4, 'deployed', 10, 'other'),
  );
  expect(sqlite.prepare('select live_order from deployments order by seq').pluck().all()).toEqual([2, 1, null, 1]);
  expect(sqlite.prepare('select training_created_at from training_runs order by seq').pluck().all()).toEqual([
    null,
    2000,
    null,
    null,
  ]);
});
