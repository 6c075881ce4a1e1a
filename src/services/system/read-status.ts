import { setTimeout as wait } from 'node:timers/promises';
import { isAlive, type ServiceProcess } from '../../core/service-process.ts';
import type { SkippedItem } from '../../core/skipped.ts';
import type { RedisFacts } from '../../core/redis-server.ts';
import { type Warning, warningsFor } from '../../core/warnings.ts';
import { lastEventMark } from '../events/event-marks.ts';
import type { QueueView } from '../../ports/queue.ts';
import type { ServiceContext } from '../context.ts';
import type { CountedCalls } from '../../ports/store.ts';

/** How things stand, for people and for what watches over the service. */
export interface SystemStatus {
  /** Why not; null when all is well. */
  databaseProblem: string | null;
  redisProblem: string | null;
  redis: RedisFacts | null;
  /** Those that live, the oldest first; null where the database does not say. */
  processes: ServiceProcess[] | null;
  /** Of the jobs that are due and that nobody has taken the one that waits longest; null for none, and where Redis does not say. */
  oldestWaitingJob: { queue: string; trainingJobName: string; dueSince: number } | null;
  /** When POST /events was last called with an event of ours. */
  lastEventAt: number | null;
  /** Of the last minutes, those that did not succeed; null where the database does not say. */
  refusedCalls: CountedCalls[] | null;
  /** What loops over many went on without, the latest first; null where the database does not say. */
  skipped: SkippedItem[] | null;
  warnings: Warning[];
}

export const recentCallsMs = 15 * 60_000;

interface Sources extends Pick<ServiceContext, 'store' | 'now'> {
  queue: QueueView;
  /** That the database is not the one of the others; null when it is. */
  databaseDiffers: () => string | null;
}

/** Never fails: what can't be read is null, and its trouble is told. */
export async function readStatus({ store, queue, now, databaseDiffers }: Sources): Promise<SystemStatus> {
  const [stored, takesWrites, redis, oldestWaitingJob] = await Promise.all([
    orProblem(() => readStore(store, now())),
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
    warnings: warningsFor(
      { ...known, skipped: stored.value?.skipped ?? [], oldestDueSince: oldestWaitingJob?.dueSince ?? null },
      now(),
    ),
  };
}

async function readStore(store: ServiceContext['store'], now: number) {
  const [processes, lastEventAt, calls, skipped] = await Promise.all([
    store.processes.list(),
    store.leases.findCheckpoint(lastEventMark),
    store.metrics.recentCalls({ withinMs: recentCallsMs, now }),
    store.skipped.list(),
  ]);
  return {
    skipped,
    processes: processes.filter((one) => isAlive(one, now)),
    lastEventAt,
    refusedCalls: calls.filter(isRefused),
  };
}

/** To find that a resource does not exist is an ordinary result of a lookup. */
const isRefused = ({ operation, result }: CountedCalls): boolean =>
  result !== 'ok' && !(result === 'not_found' && operation.startsWith('Describe'));

async function oldestDue(queue: QueueView): Promise<SystemStatus['oldestWaitingJob']> {
  const due = await queue.due().catch(() => ({}));
  const oldest = Object.entries(due).flatMap(([name, { oldest: job }]) =>
    job === null ? [] : [{ queue: name, trainingJobName: job.trainingJobName, dueSince: job.since }],
  );
  return oldest.toSorted((a, b) => a.dueSince - b.dueSince)[0] ?? null;
}

/** So long the answer may wait for a part. */
const partLimitMs = 2000;

async function orProblem<T>(read: () => Promise<T>): Promise<{ value: T | null; problem: string | null }> {
  const timer = new AbortController();
  const late = wait(partLimitMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no answer within ${partLimitMs} ms`);
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
