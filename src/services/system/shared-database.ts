import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../../ports/logger.ts';
import type { QueuePeer, QueuePeers } from '../../ports/queue.ts';
import type { ProcessStore } from '../../ports/store.ts';

/** How often processes tell each other which database they have; they forget each other after three times as long. */
const meetEveryMs = 2000;
/** A database that was lost or replaced is noticed by one process after the other. */
const differsForMs = 7000;
/** A killed process is forgotten by then. */
const startupWaitMs = 10_000;

interface Options {
  store: { processes: Pick<ProcessStore, 'databaseId'> };
  peers: QueuePeers;
  log: Logger;
  /** The wall clock. */
  now: () => number;
  self: Omit<QueuePeer, 'databaseId'>;
  /** Of the queue, for people. */
  queuePrefix: string;
  /** Told whenever the trouble begins, changes or ends, and of the first comparison, where `join` could make none. */
  onProblem?: (problem: string | null) => void;
  times?: { meetEveryMs: number; differsForMs: number; startupWaitMs: number };
}

/**
 * Sees to it that all processes of one queue have the same database. They compare its id through Redis, among those that live: a lost
 * database, which everybody then has anew, is no trouble that lasts. A process that is new gives way to those that are there.
 */
export interface SharedDatabase {
  /** For the start: null when nobody has another database, or nobody can be asked; otherwise, after some seconds, the fault, in one line. */
  join(): Promise<string | null>;
  /** Goes on comparing, from now on. */
  watch(): void;
  /** One comparison. */
  observe(): Promise<void>;
  problem(): string | null;
  /** Why no job is to be taken yet, or any more; null when nothing speaks against it. */
  objection(): string | null;
  /** Never fails. */
  stop(): Promise<void>;
}

export function shareDatabase(options: Options): SharedDatabase {
  const { store, peers, log, now, self, queuePrefix, onProblem = () => {} } = options;
  const times = options.times ?? { meetEveryMs, differsForMs, startupWaitMs };
  const stopping = new AbortController();
  /** Noted among the others. */
  let joined = false;
  let problem: string | null = null;
  /** By the monotonic clock. */
  let differsSince: number | null = null;
  let sameSince: number | null = null;
  let looking: Promise<void> = Promise.resolve();

  const report = (next: string | null): void => {
    if (next === problem) return;
    if (problem === null) log.error({ reason: next }, 'another process of this queue has another database');
    if (next === null) log.info({}, 'all processes of this queue have the same database again');
    problem = next;
    onProblem(problem);
  };

  /** One that was kept out comes in when the others have had the time to come back, after an emptied Redis. */
  const mayJoin = (): boolean => problem === null || (sameSince !== null && performance.now() - sameSince > times.differsForMs);

  /** Who lives with another database; null where that can't be asked. */
  const others = async (): Promise<QueuePeer[] | null> => {
    try {
      const stance = joined ? 'stay' : mayJoin() ? 'join' : 'observe';
      return await peers.meet({ ...self, databaseId: await store.processes.databaseId(now()) }, stance);
    } catch (error) {
      log.debug({ err: error }, 'the processes of this queue could not be compared; trying again');
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
    if (!joined || performance.now() - differsSince >= times.differsForMs) report(faultOf(foreign, queuePrefix));
  };

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await observe();
      await wait(times.meetEveryMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  };

  return {
    async join() {
      const until = performance.now() + times.startupWaitMs;
      for (;;) {
        const peersElsewhere = await others();
        const [foreign] = peersElsewhere ?? [];
        joined = peersElsewhere?.length === 0;
        if (foreign === undefined) return null;
        if (performance.now() > until || stopping.signal.aborted) return faultOf(foreign, queuePrefix);
        await wait(times.meetEveryMs / 2, undefined, { signal: stopping.signal }).catch(() => {});
      }
    },
    watch() {
      looking = watch();
    },
    observe,
    problem: () => problem,
    objection: () => problem ?? (joined ? null : 'waits until it can compare its database with that of the others'),
    async stop() {
      stopping.abort();
      await looking;
      await peers.leave(self.name).catch(() => {});
    },
  };
}

const faultOf = ({ service, name }: QueuePeer, queuePrefix: string): string =>
  `DATABASE_URL: this process has another database than the ${service} ${name}, which uses the same queue (QUEUE_PREFIX ${queuePrefix}); give both the same database, or each service a QUEUE_PREFIX of its own`;
