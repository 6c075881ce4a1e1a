import type { Logger } from '../ports/logger.ts';
import type { DueJobs } from '../ports/queue.ts';

export interface StallTimes {
  /** A job that has been due for so long is late: any worker sees within that time that it is due. */
  lateAfterMs: number;
  /** After so long without progress it is said, and the process counts as unhealthy. */
  unhealthyAfterMs: number;
  /** After so long the process ends, for its supervisor to start it anew. */
  endAfterMs: number;
}

/** A job takes 10 s of SageMaker's at most. A supervisor that waits longer each time is not to be tired by short outages. */
const defaultProgressTimes: StallTimes = { lateAfterMs: 10_000, unhealthyAfterMs: 20_000, endAfterMs: 60_000 };

const saidEveryMs = 60_000;
/** So many looks in a row without an answer mean that Redis can't be asked. */
const maxUnacknowledged = 4;

interface WatchedWorker {
  readonly queueName: string;
  /** When it last took a job, or was done with one; by the monotonic clock. */
  progressAt(): number;
}

interface ProgressOptions {
  workers: readonly WatchedWorker[];
  /** Rejects while Redis can't be asked: then nobody knows of any job, and no restart mends that. */
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
  /** What stands still, for people; null when nothing does. */
  problem(): string | null;
}

/**
 * Notices a worker that takes no jobs although some are due. BullMQ's workers were seen to sleep while they say that they run and
 * Redis answers (docs/reference/bullmq-behavior.md#older-workers-sleep-through-outages), and they try for ever where Redis
 * answers reads and refuses writes.
 */
export function createStallDetector(options: ProgressOptions): StallDetector {
  const { workers, due, log, times = defaultProgressTimes, now = () => performance.now(), wallClock = Date.now } = options;
  /** Since when each queue's worker has stood still. */
  const since = new Map<string, number>();
  let problem: string | null = null;
  let saidAt: number | null = null;
  let unacknowledged = 0;

  /** For how long the worker has made no progress, as far as it was seen. */
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
      unacknowledged = response === null ? unacknowledged + 1 : 0;
      // While Redis refuses, connections come and go: what was seen a moment ago still holds.
      if (response === null && unacknowledged < maxUnacknowledged) return problem === null ? 'progress' : 'none';
      const found = response ?? {};
      const stands = workers
        .map((worker) => ({
          queue: worker.queueName,
          ms: inspect(worker, found[worker.queueName] ?? { count: 0, oldest: null }),
        }))
        .toSorted((a, b) => b.ms - a.ms)[0];
      if (stands === undefined || stands.ms < times.unhealthyAfterMs) {
        if (problem !== null) log.info({}, 'the worker takes jobs again');
        problem = null;
        saidAt = null;
        return 'progress';
      }
      const jobs = found[stands.queue]?.count ?? 0;
      problem = `takes no jobs from ${stands.queue}, where ${jobs} are due, for ${Math.round(stands.ms / 1000)} s`;
      if (saidAt === null || now() - saidAt >= saidEveryMs) {
        log.error({ queue: stands.queue, due: jobs, lasts_ms: Math.round(stands.ms) }, 'jobs are due and this worker takes none');
        saidAt = now();
      }
      return stands.ms >= times.endAfterMs ? 'end' : 'none';
    },
  };
}
