import { setTimeout as wait } from 'node:timers/promises';
import { type PeriodicTask, runPeriodically } from '../../async/run-periodically.ts';
import { peerTiming } from '../../core/timing.ts';
import type { Logger } from '../../ports/logger.ts';
import type { QueuePeer, QueuePeers } from '../../ports/queue.ts';
import type { ProcessStore } from '../../ports/store.ts';

interface Options {
  store: { processes: Pick<ProcessStore, 'databaseId'> };
  peers: QueuePeers;
  log: Logger;
  now: () => number;
  self: Omit<QueuePeer, 'databaseId'>;
  /** Of the queue, for the error text. */
  queuePrefix: string;
  /** Called when the problem begins, changes or ends, and after the first comparison where `join` could make none. */
  onProblem?: (problem: string | null) => void;
  times?: { compareEveryMs: number; differsForMs: number; startWaitMs: number };
}

/**
 * Makes sure that all processes of one queue use the same database. Those that run compare its id through Redis. A lost database, which
 * each process replaces in turn, is a difference that passes. A new process yields to those that run already.
 */
export interface SharedDatabase {
  /**
   * For the start. Returns null when no process has another database, or Redis is unavailable; otherwise, after some seconds, the problem
   * in one line.
   */
  join(): Promise<string | null>;
  /** Compares regularly, from now on. */
  watch(): void;
  /** Compares once. */
  observe(): Promise<void>;
  problem(): string | null;
  /** Why the worker must not take jobs yet, or any more; null when it may. */
  objection(): string | null;
  /** Never fails. */
  stop(): Promise<void>;
}

export function shareDatabase(options: Options): SharedDatabase {
  const { store, peers, log, now, self, queuePrefix, onProblem = () => {} } = options;
  const times = options.times ?? peerTiming;
  const stopping = new AbortController();
  /** Whether Redis has this process among the others. */
  let joined = false;
  let problem: string | null = null;
  /** By the monotonic clock. */
  let differsSince: number | null = null;
  let sameSince: number | null = null;
  let watching: PeriodicTask | null = null;

  const report = (next: string | null): void => {
    if (next === problem) return;
    if (problem === null)
      log.error({ event: 'database.mismatch', reason: next }, 'another process of this queue uses another database');
    if (next === null) log.info({ event: 'database.mismatch_resolved' }, 'all processes of this queue use one database again');
    problem = next;
    onProblem(problem);
  };

  /** A process that was refused joins once the others have had the time to come back after an emptied Redis. */
  const mayJoin = (): boolean => problem === null || (sameSince !== null && performance.now() - sameSince > times.differsForMs);

  /** The running processes with another database; null while Redis is unavailable. */
  const others = async (): Promise<QueuePeer[] | null> => {
    try {
      const stance = joined ? 'stay' : mayJoin() ? 'join' : 'observe';
      return await peers.meet({ ...self, databaseId: await store.processes.databaseId(now()) }, stance);
    } catch (error) {
      log.debug({ event: 'database.not_compared', err: error }, 'databases cannot be compared; retrying');
      return null;
    }
  };

  const observe = async (): Promise<void> => {
    const peersElsewhere = await others();
    if (peersElsewhere === null) return;
    const [foreign] = peersElsewhere;
    if (foreign === undefined) {
      differsSince = null;
      sameSince ??= performance.now();
      if (!joined && !mayJoin()) return;
      if (!joined && problem === null) onProblem(null);
      joined = true;
      report(null);
      return;
    }
    sameSince = null;
    differsSince ??= performance.now();
    if (!joined || performance.now() - differsSince >= times.differsForMs) report(mismatchText(foreign, queuePrefix));
  };

  return {
    async join() {
      const until = performance.now() + times.startWaitMs;
      for (;;) {
        const peersElsewhere = await others();
        const [foreign] = peersElsewhere ?? [];
        joined = peersElsewhere?.length === 0;
        if (foreign === undefined) return null;
        if (performance.now() > until || stopping.signal.aborted) return mismatchText(foreign, queuePrefix);
        await wait(times.compareEveryMs / 2, undefined, { signal: stopping.signal }).catch(() => {});
      }
    },
    watch() {
      watching = runPeriodically({ initialDelayMs: 0, intervalMs: times.compareEveryMs, random: () => 0, run: observe });
    },
    observe,
    problem: () => problem,
    objection: () => problem ?? (joined ? null : 'waits until it can compare its database with that of the other processes'),
    async stop() {
      stopping.abort();
      await watching?.stop();
      await peers.leave(self.name).catch(() => {});
    },
  };
}

const mismatchText = ({ service, name }: QueuePeer, queuePrefix: string): string =>
  `DATABASE_URL: this process has another database than the ${service} ${name}, which uses the same queue (QUEUE_PREFIX ${queuePrefix}); give both the same database, or each service a QUEUE_PREFIX of its own`;
