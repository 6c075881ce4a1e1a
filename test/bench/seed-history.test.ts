import { describe, expect, it, onTestFinished } from 'vitest';
import { type BenchDatabase, databaseOf, storeOf } from '../../tools/bench/lists/databases.ts';
import { recordEndedRun } from '../../tools/bench/lists/record-run.ts';
import { seedHistory } from '../../tools/bench/lists/seed.ts';
import { Cleanup } from '../../tools/bench/cleanup.ts';
import type { Store } from '../../src/ports/store.ts';
import { newPath } from '../db/sqlite-files.ts';
import { dirname } from 'node:path';

async function seeded(database: BenchDatabase, name: string, count: number): Promise<Store> {
  const url = await database.newUrl(name);
  await seedHistory(database, url, count);
  const store = await storeOf(url);
  onTestFinished(() => store.close());
  return store;
}

describe.each(['sqlite', 'postgres'] as const)('seedHistory on %s', (engine) => {
  it('copies runs with all that belongs to them, as if each had been recorded', async () => {
    const cleanup = new Cleanup();
    onTestFinished(() => cleanup.run());
    const database = await databaseOf(engine, dirname(newPath()), cleanup);
    const store = await seeded(database, 'copied', 600);
    expect(await store.metrics.counts()).toMatchObject({
      runs: { completed: 570, failed: 30, training: 40 },
      deployments: { deployed: 510, failed: 60 },
    });
    const name = 'bench-training-000407';
    const run = await store.runs.find(name);
    expect(run).toMatchObject({ status: 'completed', deploymentStatus: 'deployed', endpointName: 'sentiment-7' });
    expect(await store.history.list({ trainingJobName: name })).toHaveLength(6);
    expect((await store.deployments.findLive('sentiment-7'))?.trainingJobName).toBe('bench-training-000557');
    await recordEndedRun(store, { index: 7, trainingJobName: 'after', now: Date.now() });
    expect((await store.deployments.findLive('sentiment-7'))?.trainingJobName).toBe('after');
    const { items } = await store.runs.list({ filter: {}, page: { limit: 42, cursor: null } });
    expect([0, 1, 41].map((index) => items[index]?.trainingJobName)).toEqual([
      'after',
      'bench-training-000640',
      'bench-training-000600',
    ]);
  });
});
