/** `node tools/bench/lists/writer.ts URL PER_SECOND`: records runs and their ends, as API and workers do, until it is stopped. */
import { setTimeout as delay } from 'node:timers/promises';
import { storeOf } from './databases.ts';
import { recordEndedRun } from './record-run.ts';

const [url = '', perSecond = ''] = process.argv.slice(2);
const store = await storeOf(url);
const startedAt = performance.now();
for (let index = 1; ; index += 1) {
  await recordEndedRun(store, { index, trainingJobName: `bench-written-${process.pid}-${index}`, now: Date.now() });
  const dueMs = startedAt + (index * 1000) / Number(perSecond) - performance.now();
  if (dueMs > 0) await delay(dueMs);
}
