import { type BenchDatabase, storeOf } from './databases.ts';
import { seededName } from './names.ts';
import { period, recordEndedRun, recordTraining } from './record-run.ts';

/** Of these some are in training, the newest ones. */
const inTraining = 40;

/** Records runs that have ended, the oldest first, a second apart, up to now; and some that are in training. */
export async function seedHistory(database: BenchDatabase, url: string, count: number): Promise<void> {
  if (count % period !== 0) throw new Error(`--runs is ${count}; it must be a multiple of ${period}`);
  const begin = Date.now() - (count + inTraining) * 1000;
  const store = await storeOf(url);
  try {
    for (let index = 1; index <= period; index += 1) {
      await recordEndedRun(store, { index, trainingJobName: seededName(index), now: begin + index * 1000 });
    }
    if (count > period) await database.copy(url, count / period - 1);
    for (let index = 1; index <= inTraining; index += 1) {
      const now = begin + (count + index) * 1000;
      await recordTraining(store, { index, trainingJobName: seededName(count + index), now });
    }
  } finally {
    await store.close();
  }
}
