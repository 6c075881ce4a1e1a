import { setTimeout as delay } from 'node:timers/promises';
import { nameOfDatabase, parsePostgresAddress } from '../../core/postgres-address.ts';
import { databaseTiming } from '../../core/timing.ts';
import type { DatabaseLogin } from '../../ports/database-login.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Store } from '../../ports/store.ts';
import { Connections } from './connections.ts';
import { toStoreProblem, withoutParameters } from './errors.ts';
import { Opening } from './opening.ts';
import { passwordOf } from './password.ts';
import { storeOver } from './postgres-store.ts';

export interface OpenStoreOptions {
  waitMs: number;
  log: Logger;
  applicationName: string;
  login: DatabaseLogin;
  pingFreshMs?: number;
}

export interface ConnectOptions extends Pick<OpenStoreOptions, 'waitMs' | 'applicationName' | 'login'> {
  onLost?: (error: Error) => void;
}

/** How long a program waits for the database before it continues without. */
const startWithinMs = 3000;

/** The connections to the database of a `postgres:` address, of which none is made yet. */
export function connectionsTo(databaseUrl: string, { login, ...options }: ConnectOptions): Connections {
  const address = parsePostgresAddress(databaseUrl);
  if (address === null) throw new Error('The address of the database is no address of PostgreSQL.');
  return new Connections({ ...options, address, password: passwordOf(address, login) });
}

/** As ../open-store.ts says, on PostgreSQL. */
export async function openStore(databaseUrl: string, options: OpenStoreOptions): Promise<Store> {
  const { log, ...others } = options;
  const connections = connectionsTo(databaseUrl, {
    ...others,
    onLost: (error) =>
      log.debug({ event: 'database.connection_lost', reason: reasonOf(error) }, 'unused database connection lost'),
  });
  const opening = new Opening(connections);
  const store = storeOver(connections, opening, options);
  const closing = new AbortController();
  try {
    await opening.ready(performance.now() + startWithinMs);
  } catch (error) {
    const unavailable = toStoreProblem(error)?.unavailable;
    if (unavailable === undefined || unavailable.needsRepair) {
      await connections.close();
      throw unavailable ?? withoutParameters(error);
    }
    const database = nameOfDatabase(databaseUrl);
    log.error({ event: 'database.open_failed', database, reason: unavailable.message }, 'database cannot be opened; retrying');
    void openLater(opening, log, closing.signal);
  }
  return {
    ...store,
    close: () => {
      closing.abort();
      return store.close();
    },
  };
}

const openAgainMs = 1000;

/** Any call would open it, too; this one says so, and migrates it without being called. */
async function openLater(opening: Opening, log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await delay(openAgainMs, undefined, { signal, ref: false }).catch(() => undefined);
    const isOpen = await opening.ready(performance.now() + databaseTiming.workerWaitMs).then(
      () => true,
      () => false,
    );
    if (isOpen && !signal.aborted) return log.info({ event: 'database.opened' }, 'database opened');
  }
}

const reasonOf = (error: Error): string => toStoreProblem(error)?.says ?? 'unknown';
