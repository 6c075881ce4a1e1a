import { waitAtMost } from '../async/with-timeout.ts';
import type { Config } from '../config/config.ts';
import { queueTiming, shutdownTiming } from '../core/timing.ts';
import { connectWorker, disconnect } from '../queue/connection.ts';
import type { QueuePlace } from '../queue/redis-target.ts';
import type { Logger } from '../ports/logger.ts';
import type { JobKind } from './handlers.ts';
import { type QueueWorker, startQueueWorker, type WorkerTimes } from './queue-worker.ts';

/** As in shutdownTiming, counted from `close`. */
interface ClosingTimes {
  releaseJobsMs: number;
  forceCloseMs: number;
}

export interface RuntimeOptions extends QueuePlace, Pick<Config, 'workerConcurrency'> {
  /** Of the process, for people to read. */
  name: string;
  handlers: readonly JobKind[];
  log: Logger;
  random?: () => number;
  times?: WorkerTimes;
  closing?: ClosingTimes;
}

export interface Runtime {
  /** Whether every worker's loop runs; true while Redis is unavailable, which no restart repairs. */
  isRunning(): boolean;
  /** Resolves when Redis has let every worker fetch. */
  readonly fetching: Promise<unknown>;
  readonly workers: readonly Pick<QueueWorker, 'queueName' | 'progressAt'>[];
  /** Takes no more jobs until `resume`; active jobs continue. */
  pause(): void;
  resume(): void;
  /** Takes no more jobs; gives the active ones time to end, then releases them for other workers. Never fails. */
  close(): Promise<void>;
}

/** Starts to process the jobs of all kinds, now or when Redis becomes available. */
export function startRuntime(options: RuntimeOptions): Runtime {
  const { log, random = Math.random, times = queueTiming, closing = shutdownTiming } = options;
  const connection = connectWorker(options, log);
  const workers = options.handlers.map((kind) =>
    startQueueWorker(kind, {
      connection,
      queuePrefix: options.queuePrefix,
      name: options.name,
      concurrency: options.workerConcurrency,
      times,
      log,
      random,
    }),
  );
  let closed: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    const settled = Promise.allSettled(workers.map((worker) => worker.close()));
    const activeJobs = (): number => workers.reduce((sum, worker) => sum + worker.active(), 0);
    await waitAtMost(
      activeJobs() === 0 ? Math.min(shutdownTiming.idleWorkerMs, closing.releaseJobsMs) : closing.releaseJobsMs,
      settled,
    );
    for (const worker of workers) worker.releaseJobs();
    if (activeJobs() > 0) await waitAtMost(closing.forceCloseMs - closing.releaseJobsMs, settled);
    const left = activeJobs();
    if (left > 0)
      log.warn({ event: 'job.not_released', jobs: left }, 'jobs not released in time; other workers will resume them');
    await disconnect(connection);
  };
  return {
    isRunning: () => workers.every((worker) => worker.isRunning()),
    fetching: Promise.all(workers.map((worker) => worker.fetching)),
    workers,
    pause: () => workers.forEach((worker) => worker.pause()),
    resume: () => workers.forEach((worker) => worker.resume()),
    close: () => (closed ??= close()),
  };
}
