import type { Logger } from '../ports/logger.ts';
import type { DueJobs } from '../ports/queue.ts';

export interface StallTimes {
  /** A job is late when it has been due for longer: any worker sees within that time that it is due. */
  lateAfterMs: number;
  /** After this time without progress the detector logs it, and the process counts as unhealthy. */
  unhealthyAfterMs: number;
  /** After this time the process ends, for its supervisor to restart it. */
  endAfterMs: number;
}

/** SageMaker takes at most 10 s of a job. Short outages end no process: a supervisor may wait longer after each restart. */
const defaultProgressTimes: StallTimes = { lateAfterMs: 10_000, unhealthyAfterMs: 20_000, endAfterMs: 60_000 };

const logIntervalMs = 60_000;
/** After this many calls of `due` in a row that fail, Redis counts as unavailable. */
const maxFailedReads = 4;

interface WatchedWorker {
  readonly queueName: string;
  /** When it last took or finished a job, by the monotonic clock. */
  progressAt(): number;
}

interface ProgressOptions {
  workers: readonly WatchedWorker[];
  /** Rejects while Redis is unavailable, which no restart repairs. */
  due: () => Promise<Record<string, DueJobs>>;
  log: Logger;
  times?: StallTimes;
  /** The monotonic clock. */
  now?: () => number;
  /** The wall clock, by which jobs are due. */
  wallClock?: () => number;
}

export interface StallDetector {
  /** To be called every few seconds. */
  observe(): Promise<'progress' | 'none' | 'end'>;
  /** What stalls, for people to read; null when nothing does. */
  problem(): string | null;
}

/**
 * Detects a worker that takes no jobs although some are due. BullMQ's workers may sleep while they report that they run and Redis
 * responds (docs/reference/bullmq-behavior.md#older-workers-sleep-through-outages), and they retry forever where Redis allows reads
 * and refuses writes.
 */
export function createStallDetector(options: ProgressOptions): StallDetector {
  const { workers, due, log, times = defaultProgressTimes, now = () => performance.now(), wallClock = Date.now } = options;
  /** Since when each queue's worker stalls. */
  const since = new Map<string, number>();
  let problem: string | null = null;
  let loggedAt: number | null = null;
  let failedReads = 0;

  /** For how long the worker has made no progress, as far as this detector saw. */
  const inspect = (worker: WatchedWorker, { oldest }: DueJobs): number => {
    const { queueName } = worker;
    const isLate = oldest !== null && wallClock() - oldest.since > times.lateAfterMs;
    const before = since.get(queueName);
    if (!isLate || (before !== undefined && worker.progressAt() > before)) since.delete(queueName);
    if (isLate && !since.has(queueName)) since.set(queueName, now());
    const start = since.get(queueName);
    return start === undefined ? 0 : now() - start;
  };

  return {
    problem: () => problem,
    async observe() {
      const response = await due().catch(() => null);
      failedReads = response === null ? failedReads + 1 : 0;
      // While Redis refuses, connections close and reopen: the last state still holds.
      if (response === null && failedReads < maxFailedReads) return problem === null ? 'progress' : 'none';
      const found = response ?? {};
      const stalled = workers
        .map((worker) => ({
          queue: worker.queueName,
          ms: inspect(worker, found[worker.queueName] ?? { count: 0, oldest: null }),
        }))
        .toSorted((a, b) => b.ms - a.ms)[0];
      if (stalled === undefined || stalled.ms < times.unhealthyAfterMs) {
        if (problem !== null) log.info({ event: 'worker.recovered' }, 'worker takes jobs again');
        problem = null;
        loggedAt = null;
        return 'progress';
      }
      const jobs = found[stalled.queue]?.count ?? 0;
      problem = `takes no jobs from ${stalled.queue}, where ${jobs} are due, for ${Math.round(stalled.ms / 1000)} s`;
      if (loggedAt === null || now() - loggedAt >= logIntervalMs) {
        log.error(
          { event: 'worker.stalled', queue: stalled.queue, due: jobs, lasts_ms: Math.round(stalled.ms) },
          'worker takes no due jobs',
        );
        loggedAt = now();
      }
      return stalled.ms >= times.endAfterMs ? 'end' : 'none';
    },
  };
}
