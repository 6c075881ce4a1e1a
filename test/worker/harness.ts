import { onTestFinished } from 'vitest';
import type { JobQueue } from '../../src/queue/ensure-job.ts';
import type { RedisQueue } from '../../src/queue/queue.ts';
import { complete, type JobResult } from '../../src/services/job-result.ts';
import type { JobKind } from '../../src/worker/handlers.ts';
import { startRuntime, type Runtime, type RuntimeOptions } from '../../src/worker/runtime.ts';
import { keptLog, newPrefix, openQueue } from '../queue/harness.ts';
import { quick } from './kinds.ts';

export const hour = 3_600_000;
export const nothing = (): Promise<JobResult> => Promise.resolve(complete);

/** A prefix of its own in a Redis, the queues there, and runtimes on them that the test's end closes. */
export function setUp(redisUrl: string) {
  const prefix = newPrefix();
  const { log, lines } = keptLog();
  const queue: RedisQueue = openQueue(redisUrl, prefix, log);
  const [check, deploy] = queue.queues as [JobQueue, JobQueue];
  const start = (handlers: readonly JobKind[], options: Partial<RuntimeOptions> = {}): Runtime => {
    const runtime = startRuntime({
      redisUrl,
      queuePrefix: prefix,
      workerConcurrency: 10,
      name: 'test',
      handlers,
      log,
      random: () => 0,
      times: quick,
      closing: { releaseJobsMs: 50, forceCloseMs: 1000 },
      ...options,
    });
    onTestFinished(() => runtime.close());
    return runtime;
  };
  return { prefix, log, lines, queue, check, deploy, start };
}
