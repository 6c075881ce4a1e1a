import { onTestFinished } from 'vitest';
import type { JobQueue } from '../../src/queue/ensure-job.ts';
import { checkSchema, deploySchema, type CheckData, type DeployData } from '../../src/queue/contracts.ts';
import type { RedisQueue } from '../../src/queue/queue.ts';
import { done, type JobOutcome } from '../../src/services/outcome.ts';
import { jobKind, type HandlerContext, type JobKind } from '../../src/worker/handlers.ts';
import { startRuntime, type Runtime, type RuntimeOptions } from '../../src/worker/runtime.ts';
import { keptLog, newPrefix, openQueue } from '../queue/harness.ts';

export const hour = 3_600_000;
export const quick = { lockDurationMs: 1000, stalledIntervalMs: 500 };

export const checkKind = (handle: (data: CheckData, context: HandlerContext) => Promise<JobOutcome>): JobKind =>
  jobKind({ queueName: 'check-training', schema: checkSchema, handle });

export const deployKind = (handle: (data: DeployData, context: HandlerContext) => Promise<JobOutcome>): JobKind =>
  jobKind({ queueName: 'deploy', schema: deploySchema, handle });

export const nothing = (): Promise<JobOutcome> => Promise.resolve(done);

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
      handlers,
      log,
      random: () => 0,
      times: quick,
      closing: { handBackAfterMs: 50, leaveAfterMs: 1000 },
      ...options,
    });
    onTestFinished(() => runtime.close());
    return runtime;
  };
  return { prefix, log, lines, queue, check, deploy, start };
}
