import { setTimeout as wait } from 'node:timers/promises';
import { isAlive, type ServiceProcess } from '../../core/service-process.ts';
import { isShownAsSkipped, type SkippedItem } from '../../core/skipped.ts';
import type { RedisFacts } from '../../core/redis-server.ts';
import { type Warning, warningsFor } from '../../core/warnings.ts';
import { type FeedStatus, readFeedStatus } from '../feed/read-feed-status.ts';
import { lastEventMark } from '../events/event-marks.ts';
import type { QueueView } from '../../ports/queue.ts';
import type { ServiceContext } from '../context.ts';
import type { CountedCalls } from '../../ports/store.ts';

/** The state of the whole service, for operators and monitoring. */
export interface SystemStatus {
  /** Why the database is unavailable; null when it is available. The same for Redis. */
  databaseProblem: string | null;
  redisProblem: string | null;
  redis: RedisFacts | null;
  /** Those that run, the oldest first; null while the database is unavailable. */
  processes: ServiceProcess[] | null;
  /** Of the jobs that are due and that no worker has taken, the one that waits longest; null for none, and while Redis is unavailable. */
  oldestWaitingJob: { queue: string; trainingJobName: string; dueSince: number } | null;
  /** When POST /events last received an event that this service accepts. */
  lastEventAt: number | null;
  /** Of the last minutes, those that did not succeed; null while the database is unavailable. */
  refusedCalls: CountedCalls[] | null;
  /** What loops over many skipped, the latest first; null while the database is unavailable. */
  skipped: SkippedItem[] | null;
  /** null while the database is unavailable. */
  changeFeed: FeedStatus | null;
  warnings: Warning[];
}

export const recentCallsMs = 15 * 60_000;

interface ReadStatusInput {
  queue: QueueView;
  /** Returns why the database is not that of the other processes; null when it is. */
  databaseDiffers: () => string | null;
}

/** Never fails: what cannot be read is null, and the problem says why. */
export async function readStatus(
  ctx: Pick<ServiceContext, 'store' | 'settings' | 'now'>,
  { queue, databaseDiffers }: ReadStatusInput,
): Promise<SystemStatus> {
  const { store, now } = ctx;
  const [stored, takesWrites, redis, oldestWaitingJob] = await Promise.all([
    orProblem(() => readStore(ctx)),
    orProblem(() => store.ping()),
    orProblem(() => queue.probe()),
    oldestDue(queue),
  ]);
  const databaseProblem = takesWrites.problem ?? stored.problem ?? databaseDiffers();
  const known = {
    databaseProblem,
    redisProblem: redis.problem,
    redis: queue.facts(),
    processes: stored.value?.processes ?? null,
  };
  return {
    ...known,
    oldestWaitingJob,
    lastEventAt: stored.value?.lastEventAt ?? null,
    refusedCalls: stored.value?.refusedCalls ?? null,
    skipped: stored.value?.skipped ?? null,
    changeFeed: stored.value?.changeFeed ?? null,
    warnings: warningsFor(
      { ...known, skipped: stored.value?.skipped ?? [], oldestDueSince: oldestWaitingJob?.dueSince ?? null },
      now(),
    ),
  };
}

async function readStore(ctx: Pick<ServiceContext, 'store' | 'settings' | 'now'>) {
  const { store } = ctx;
  const now = ctx.now();
  const [processes, lastEventAt, calls, skipped, changeFeed] = await Promise.all([
    store.processes.list(),
    store.leases.findCheckpoint(lastEventMark),
    store.metrics.recentCalls({ withinMs: recentCallsMs, now }),
    store.skipped.list(),
    readFeedStatus(ctx),
  ]);
  return {
    skipped: skipped.filter(({ kind }) => isShownAsSkipped(kind)),
    changeFeed,
    processes: processes.filter((one) => isAlive(one, now)),
    lastEventAt,
    refusedCalls: calls.filter(isRefused),
  };
}

/**
 * To find that a resource does not exist is an ordinary result of a lookup, and of deleting alarms again. What was held back is no call,
 * and an error of a model's container no refusal.
 */
const isRefused = ({ operation, result }: CountedCalls): boolean =>
  !['ok', 'held_back', 'model_error'].includes(result) &&
  !(result === 'not_found' && /^(Describe|DeleteAlarms$)/.test(operation));

async function oldestDue(queue: QueueView): Promise<SystemStatus['oldestWaitingJob']> {
  const due = await queue.due().catch(() => ({}));
  const oldest = Object.entries(due).flatMap(([name, { oldest: job }]) =>
    job === null ? [] : [{ queue: name, trainingJobName: job.trainingJobName, dueSince: job.since }],
  );
  return oldest.toSorted((a, b) => a.dueSince - b.dueSince)[0] ?? null;
}

/** How long the status waits for one of its parts. */
const partLimitMs = 2000;

async function orProblem<T>(read: () => Promise<T>): Promise<{ value: T | null; problem: string | null }> {
  const timer = new AbortController();
  const late = wait(partLimitMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no response within ${partLimitMs} ms`);
  });
  try {
    return { value: await Promise.race([read(), late]), problem: null };
  } catch (error) {
    return { value: null, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    late.catch(() => {});
    timer.abort();
  }
}
