import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../../ports/logger.ts';
import type { QueuePeer, QueuePeers } from '../../ports/queue.ts';
import type { Store } from '../../ports/store.ts';

/** How often processes tell each other which database they have; they forget each other after three times as long. */
const meetEveryMs = 2000;
/** A database that was lost or replaced is noticed by one process after the other. */
const differsForMs = 7000;
/** A killed process is forgotten by then. */
const startPatienceMs = 10_000;

interface Options {
  store: Pick<Store, 'databaseId'>;
  peers: QueuePeers;
  log: Logger;
  /** The wall clock. */
  now: () => number;
  self: Omit<QueuePeer, 'databaseId'>;
  /** Of the queue, for people. */
  queuePrefix: string;
  /** Told whenever the trouble begins, changes or ends, and of the first comparison, where `join` could make none. */
  onTrouble?: (trouble: string | null) => void;
  times?: { meetEveryMs: number; differsForMs: number; startPatienceMs: number };
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
  look(): Promise<void>;
  trouble(): string | null;
  /** Why no job is to be taken yet, or any more; null when nothing speaks against it. */
  objection(): string | null;
  /** Never fails. */
  stop(): Promise<void>;
}

export function shareDatabase(options: Options): SharedDatabase {
  const { store, peers, log, now, self, queuePrefix, onTrouble = () => {} } = options;
  const times = options.times ?? { meetEveryMs, differsForMs, startPatienceMs };
  const stopping = new AbortController();
  /** Noted among the others. */
  let joined = false;
  let trouble: string | null = null;
  /** By the monotonic clock. */
  let differsSince: number | null = null;
  let sameSince: number | null = null;
  let looking: Promise<void> = Promise.resolve();

  const tell = (next: string | null): void => {
    if (next === trouble) return;
    if (trouble === null) log.error({ reason: next }, 'another process of this queue has another database');
    if (next === null) log.info({}, 'all processes of this queue have the same database again');
    trouble = next;
    onTrouble(trouble);
  };

  /** One that was kept out comes in when the others have had the time to come back, after an emptied Redis. */
  const mayJoin = (): boolean => trouble === null || (sameSince !== null && performance.now() - sameSince > times.differsForMs);

  /** Who lives with another database; null where that can't be asked. */
  const others = async (): Promise<QueuePeer[] | null> => {
    try {
      const stance = joined ? 'stay' : mayJoin() ? 'join' : 'look';
      return await peers.meet({ ...self, databaseId: await store.databaseId(now()) }, stance);
    } catch (error) {
      log.debug({ err: error }, 'the processes of this queue could not be compared; trying again');
      return null;
    }
  };

  const look = async (): Promise<void> => {
    const strangers = await others();
    if (strangers === null) return;
    const [stranger] = strangers;
    if (stranger === undefined) {
      differsSince = null;
      sameSince ??= performance.now();
      if (!joined && !mayJoin()) return;
      if (!joined && trouble === null) onTrouble(null);
      joined = true;
      tell(null);
      return;
    }
    sameSince = null;
    differsSince ??= performance.now();
    if (!joined || performance.now() - differsSince >= times.differsForMs) tell(faultOf(stranger, queuePrefix));
  };

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look();
      await wait(times.meetEveryMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  };

  return {
    async join() {
      const until = performance.now() + times.startPatienceMs;
      for (;;) {
        const strangers = await others();
        const [stranger] = strangers ?? [];
        joined = strangers?.length === 0;
        if (stranger === undefined) return null;
        if (performance.now() > until || stopping.signal.aborted) return faultOf(stranger, queuePrefix);
        await wait(times.meetEveryMs / 2, undefined, { signal: stopping.signal }).catch(() => {});
      }
    },
    watch() {
      looking = watch();
    },
    look,
    trouble: () => trouble,
    objection: () => trouble ?? (joined ? null : 'waits until it can compare its database with that of the others'),
    async stop() {
      stopping.abort();
      await looking;
      await peers.leave(self.name).catch(() => {});
    },
  };
}

const faultOf = ({ service, name }: QueuePeer, queuePrefix: string): string =>
  `DATABASE_URL: this process has another database than the ${service} ${name}, which uses the same queue (QUEUE_PREFIX ${queuePrefix}); give both the same database, or each service a QUEUE_PREFIX of its own`;
