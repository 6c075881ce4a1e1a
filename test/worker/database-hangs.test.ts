import { expect, it, onTestFinished } from 'vitest';
import { createSimulator } from 'sagemaker-simulator';
import { newRun } from '../db/samples.ts';
import { slowWrites } from '../db/slow-writes.ts';
import { openStore } from '../db/sqlite-files.ts';
import { openQueue, openRedis } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { queueTiming } from '../../src/core/timing.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';

it('a worker whose disk hangs keeps its hold on the jobs that it has', async () => {
  const simulator = await createSimulator();
  onTestFinished(() => simulator.close());
  const queuePrefix = '{database-hangs}';
  const { env, databasePath } = programEnvironment({
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    QUEUE_PREFIX: queuePrefix,
    RECONCILE_INTERVAL_SECONDS: '3600',
  });
  const store = openStore(databasePath);
  await store.runs.insert({ run: newRun('slow'), now: 1000 });
  slowWrites(databasePath);
  const worker = startProgram(['src/worker/main.ts'], env);
  await worker.logged(({ msg }) => msg === 'worker takes jobs');
  await openQueue(redisUrl(), queuePrefix).scheduleTrainingCheck({ trainingJobName: 'slow', endpointName: 'live' }, 0);
  const redis = openRedis(redisUrl());
  const holdMs = (): Promise<number> => redis.pttl(`${queuePrefix}:check-training:check-slow:lock`);
  // The training is started; that it is can't be recorded.
  await eventually(() => simulator.effects().some(({ kind }) => kind === 'training_job_created'));
  // For longer than a lock lasts, and less than the worker waits for the database.
  const seen: number[] = [];
  const until = performance.now() + queueTiming.lockMs + 1500;
  await eventually(async () => seen.push(await holdMs()) > 0 && performance.now() > until);
  expect(Math.min(...seen)).toBeGreaterThan(0);
  expect((await store.runs.find('slow'))?.status).toBe('requested');
  await worker.kill();
});
