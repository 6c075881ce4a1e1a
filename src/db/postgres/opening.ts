import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailableError } from '../../core/errors.ts';
import { postgresTiming } from '../../core/timing.ts';
import type { Connections } from './connections.ts';
import { migrateDatabase } from './migrate.ts';

/** The database, migrated at the first use. One try at a time; every call that comes meanwhile waits for it. */
export class Opening {
  readonly #connections: Connections;
  #isOpen = false;
  #trying: Promise<number> | null = null;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** @throws what opening throws, and StoreUnavailableError when it takes longer than until `untilMs`. */
  async ready(untilMs: number): Promise<void> {
    if (this.#isOpen) return;
    const isInTime = await inTime(this.#try(), untilMs);
    if (!isInTime) throw new StoreUnavailableError('The database takes nothing now: it has not been opened yet.');
  }

  #try(): Promise<number> {
    this.#trying ??= migrateDatabase(this.#connections, performance.now() + postgresTiming.migrationMs)
      .then((applied) => {
        this.#isOpen = true;
        return applied;
      })
      .finally(() => (this.#trying = null));
    return this.#trying;
  }
}

async function inTime(work: Promise<unknown>, untilMs: number): Promise<boolean> {
  const over = new AbortController();
  const late = delay(Math.max(0, untilMs - performance.now()), false, { signal: over.signal }).catch(() => false);
  // What comes after that is of no interest here: another call sees it.
  work.catch(() => {});
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    over.abort();
  }
}
