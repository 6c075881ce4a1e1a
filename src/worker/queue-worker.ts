import type { Job } from 'bullmq';
import { ClaimLostError, WorkerShutdownError } from '../core/errors.ts';
import { newOutage } from '../core/outage.ts';
import type { WorkerConnection } from '../queue/connection.ts';
import type { Logger } from '../ports/logger.ts';
import type { JobKind } from './handlers.ts';
import { createErrorLog } from './error-log.ts';
import { JobWorker } from './job-worker.ts';
import { runJob, type StopReason } from './run-job.ts';
import { finalizeJob } from './finalize-job.ts';
import { steadyFetch } from './steady-fetch.ts';
import { createJobLogger } from './job-logger.ts';

/** As in queueTiming. A killed worker's jobs continue after `lockMs` and up to `stalledIntervalMs` more (`npm run bench -- recovery`). */
export interface WorkerTimes {
  lockMs: number;
  lockRenewMs: number;
  stalledIntervalMs: number;
}

/**
 * BullMQ counts stalls over a job's whole life and by default gives up at the second
 * (docs/reference/bullmq-behavior.md#the-stalled-count-is-for-life).
 */
const maxStalledCount = 1000;

/** Instead of BullMQ's 15 s. */
const runRetryDelayMs = 1000;

export interface QueueWorkerOptions {
  connection: WorkerConnection;
  queuePrefix: string;
  name: string;
  concurrency: number;
  times: WorkerTimes;
  log: Logger;
  random: () => number;
}

/** Processes the jobs of one queue. */
export interface QueueWorker {
  readonly queueName: string;
  /** How many jobs it processes. */
  active(): number;
  isRunning(): boolean;
  /** Resolves when Redis has let it fetch for the first time, whether or not there was a job. */
  readonly fetching: Promise<void>;
  /** When it last took or finished a job, by the monotonic clock. */
  progressAt(): number;
  /** Takes no more jobs until `resume`; active jobs continue. */
  pause(): void;
  resume(): void;
  /** Takes no more jobs; resolves when the active ones have ended. Does not while Redis is unavailable. */
  close(): Promise<void>;
  /** Stops the active jobs, so that they are released. */
  releaseJobs(): void;
}

interface Run {
  stop(reason: StopReason): void;
}

export function startQueueWorker(kind: JobKind, options: QueueWorkerOptions): QueueWorker {
  const { log, times } = options;
  const runs = new Map<string, Run>();
  const fetching = Promise.withResolvers<void>();
  const ending = new AbortController();
  const outage = newOutage();
  let paused = false;
  let progressAt = performance.now();

  const processJob = async (job: Job, token?: string): Promise<string> => {
    const id = String(job.id);
    const letGo = (): void => worker.letGo(id);
    // A fetch in progress at the close or the pause may still return a job.
    if (ending.signal.aborted || paused) return finalizeJob(job, String(token), { kind: 'release' }, letGo);
    const controller = new AbortController();
    let stopReason: StopReason | null = null;
    const run: Run = {
      stop(reason) {
        stopReason ??= reason;
        controller.abort(reason === 'shutdown' ? new WorkerShutdownError() : new ClaimLostError("the job's lock was lost"));
      },
    };
    // After a freeze this worker may find its own job stalled, and take it again before it sees that the lock is lost.
    runs.get(id)?.stop('lock_lost');
    runs.set(id, run);
    progressAt = performance.now();
    try {
      const result = await runJob(kind, job.data, {
        signal: controller.signal,
        log: createJobLogger(log, namesOf(job), (row) => void job.log(row).catch(() => {})),
        stopReason: () => stopReason,
        random: options.random,
        outage,
      });
      return await finalizeJob(job, String(token), result, letGo);
    } finally {
      if (runs.get(id) === run) runs.delete(id);
      progressAt = performance.now();
    }
  };

  const worker = new JobWorker(kind.queueName, processJob, {
    connection: options.connection,
    prefix: options.queuePrefix,
    name: options.name,
    concurrency: options.concurrency,
    lockDuration: times.lockMs,
    lockRenewTime: times.lockRenewMs,
    stalledInterval: times.stalledIntervalMs,
    maxStalledCount,
    runRetryDelay: runRetryDelayMs,
    autorun: false,
  });
  const logWorkerError = createErrorLog(log, kind.queueName);
  worker.on('error', logWorkerError);
  steadyFetch(worker.getBackend(), {
    random: options.random,
    signal: ending.signal,
    onFetched: fetching.resolve,
  });
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) runs.get(id)?.stop('lock_lost');
  });
  worker.on('stalled', (jobId) => {
    log.warn({ event: 'job.lock_lost', queue: kind.queueName, job: jobId }, 'job lock lost; another worker will resume it');
  });

  worker.run().catch(logWorkerError);

  return {
    queueName: kind.queueName,
    active: () => runs.size,
    isRunning: () => paused || worker.isRunning(),
    fetching: fetching.promise,
    progressAt: () => progressAt,
    pause() {
      paused = true;
      void worker.pause(true);
    },
    resume() {
      if (!paused) return;
      paused = false;
      progressAt = performance.now();
      void worker.resume();
    },
    close() {
      ending.abort();
      return worker.close();
    },
    releaseJobs() {
      for (const run of runs.values()) run.stop('shutdown');
    },
  };
}

/** The names that every line about the job has. */
function namesOf({ name, data }: Job): Record<string, unknown> {
  const { deployment_id, endpoint_name } = Object(data) as Record<string, unknown>;
  return { training_job_name: name, endpoint_name, ...(deployment_id === undefined ? {} : { deployment_id }) };
}
