import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { deploy, queued } from './samples.ts';
import { newPath, openStore } from './sqlite-files.ts';

const stale = [
  'drop trigger derived_training_runs_run_outcomes_updated',
  "delete from tallies where name = 'run_outcomes'",
  "update training_runs set deployment_status = 'none'",
];

it('counts runs of a database whose triggers are those of another version by what is in its rows', async () => {
  const path = newPath();
  const before = openStore(path);
  await deploy(before, 'live', 1000);
  await queued(before, 'waiting', 2000);
  const counts = await before.runs.count({});
  await before.close();
  const sqlite = new Sqlite(path);
  for (const statement of stale) sqlite.exec(statement);
  sqlite.close();
  const after = openStore(path);
  expect(counts).toHaveLength(2);
  expect(await after.runs.count({})).toEqual(counts);
});

it('continues what another version has counted under another name, of rows that are gone too', async () => {
  const path = newPath();
  const before = openStore(path);
  await deploy(before, 'live', 1000);
  await before.close();
  const sqlite = new Sqlite(path);
  sqlite.exec(`drop trigger derived_deployments_first_in_service_updated;
    insert into tallies (name, label, bucket, count, sum_ms) values ('in_service', 'poll', 3, 40, 90000)`);
  sqlite.close();
  const latencies = await openStore(path).metrics.latencies();
  expect(latencies.find(({ reached }) => reached === 'in_service')).toMatchObject({ count: 40, sumMs: 90_000 });
});
