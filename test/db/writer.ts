/** A process that writes without a pause, and waits for the others as an API process does: `node test/db/writer.ts PATH NAME RUNS`. Logs each run that it has recorded. */
import { openSqliteStore } from '../../src/db/sqlite/sqlite-store.ts';
import { completed, newDeployment, newRun } from './samples.ts';

const [path = '', name = '', runs = '0'] = process.argv.slice(2);
const store = openSqliteStore(`file:${path}`, { waitMs: 3000 });
for (let i = 0; i < Number(runs); i += 1) {
  const job = `${name}-${i}`;
  await store.runs.insert({ run: newRun(job), now: 1000 });
  await store.runs.finish({
    trainingJobName: job,
    outcome: completed,
    deployment: newDeployment(`d-${job}`),
    actor: 'poll',
    now: 2000,
  });
  process.stdout.write(`${JSON.stringify({ msg: 'recorded', i })}\n`);
}
await store.close();
