import { setTimeout as delay } from 'node:timers/promises';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PoolClient } from 'pg';
import { StoreUnavailableError } from '../../core/errors.ts';
import { postgresTiming } from '../../core/timing.ts';
import type { Connections } from './connections.ts';
import { drizzle } from './drizzle.ts';
import { toStoreProblem, violatedIndex, withoutParameters } from './errors.ts';
import type { Opening } from './opening.ts';
import { Sender } from './sender.ts';
import { CommitInDoubt, transact } from './transact.ts';

/** Statements on one connection, within a transaction or each by itself. */
export type Db = NodePgDatabase;

/** The database as the parts of the store use it. Both throw StoreUnavailableError when it is busy, full or away. */
export interface Database {
  /** May be done again: it reads, or writes in one statement what may be written twice. */
  read<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /**
   * One transaction: all of it or nothing. The work may be done again, when PostgreSQL has rolled it back: it has no effect but on the
   * database.
   */
  write<T>(work: (tx: Db) => Promise<T>): Promise<T>;
}

/** Whether the last write was made is not known, and cannot be found out now. */
export class WriteInDoubtError extends StoreUnavailableError {
  constructor() {
    super('The database takes nothing now: the connection was cut during a commit, and whether that was done is not known.');
  }
}

/** Unique indexes that stand behind the locks: a transaction that they refuse is repeated, and decides by what is there. */
const backstops: readonly string[] = ['deployments_one_in_progress_per_endpoint', 'deployments_one_active_per_run'];

const betweenAttemptsMs = (): number => 20 + Math.random() * 80;

/** `waitMs`: how long a call waits while the database is unavailable, or other transactions are in the way. */
export function databaseOf(connections: Connections, opening: Pick<Opening, 'ready'>, { waitMs }: { waitMs: number }): Database {
  return {
    read: (work) => untilDone(waitMs, (untilMs) => once(untilMs, ({ client }) => work(dbOf(client)))),
    write: (work) =>
      untilDone(waitMs, (untilMs) =>
        once(untilMs, ({ client, onCommit, onDirty, onClean }) => {
          onDirty();
          return transact(client, { settings: limitsOf(waitMs), work: () => work(dbOf(client)), onCommit, onClean });
        }),
      ),
  };

  async function untilDone<T>(forMs: number, attempt: (untilMs: number) => Promise<T>): Promise<T> {
    const untilMs = performance.now() + forMs;
    // Of an earlier try: it says more than that the last one ran out of time.
    let reason: StoreUnavailableError | null = null;
    for (;;) {
      try {
        await opening.ready(untilMs);
        return await attempt(untilMs);
      } catch (error) {
        if (error instanceof CommitInDoubt) {
          // The type is that of the work that returned it.
          if (await wasCommitted(error.xid, untilMs + postgresTiming.commitMs)) return error.result as T;
          reason = new StoreUnavailableError('The database takes nothing now: the connection was cut during a commit.');
        } else {
          const refusal = refusalOf(error);
          if (refusal === null) throw withoutParameters(error);
          if (performance.now() >= untilMs) throw reason ?? refusal;
          reason = refusal;
        }
      }
      const pauseMs = betweenAttemptsMs();
      if (performance.now() + pauseMs >= untilMs) throw reason;
      await delay(pauseMs);
    }
  }

  /** The error of a call that may be tried again; null for one that is thrown as it is. @throws one that no other try helps. */
  function refusalOf(error: unknown): StoreUnavailableError | null {
    const index = violatedIndex(error);
    if (index !== null && backstops.includes(index)) {
      return new StoreUnavailableError('The database takes nothing now: other transactions are in the way (23505).');
    }
    const problem = toStoreProblem(error);
    if (problem === null) return null;
    if (problem.isReadOnly) connections.renew();
    const isOutOfTime = error instanceof StoreUnavailableError && !error.needsRepair;
    if (problem.needsRepair || !(problem.isConflict || problem.isLost || isOutOfTime)) throw problem.unavailable;
    return problem.unavailable;
  }

  /** @throws {WriteInDoubtError} when that cannot be found out in time. */
  async function wasCommitted(xid: string, untilMs: number): Promise<boolean> {
    while (performance.now() < untilMs) {
      const status = await once(untilMs, ({ client }) =>
        client.query<{ status: string | null }>('select pg_xact_status($1::xid8) as status', [xid]),
      ).then(
        ({ rows }) => rows[0]?.status ?? 'unknown',
        (error: unknown) => (toStoreProblem(error) === null ? 'unknown' : 'away'),
      );
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
      if (status === 'unknown') break;
      await delay(betweenAttemptsMs());
    }
    throw new WriteInDoubtError();
  }

  /** A connection for one piece of work. At `untilMs` it is cut, and with it what waits for it. */
  async function once<T>(untilMs: number, work: (use: Use) => Promise<T>): Promise<T> {
    const client = await connections.acquire(untilMs);
    let isClean = true;
    let cut: NodeJS.Timeout;
    const cutAt = (atMs: number): void => {
      clearTimeout(cut);
      cut = setTimeout(() => void client.end().catch(() => {}), Math.max(0, atMs - performance.now()));
    };
    cutAt(untilMs);
    try {
      return await work({
        client,
        onCommit: () => cutAt(untilMs + postgresTiming.commitMs),
        onDirty: () => (isClean = false),
        onClean: () => (isClean = true),
      });
    } catch (error) {
      if (toStoreProblem(error)?.isLost) isClean = false;
      throw error;
    } finally {
      clearTimeout(cut!);
      client.release(!isClean);
    }
  }

  function limitsOf(limitMs: number): string[] {
    if (!connections.setsLimitsItself) return [];
    return [
      `set local statement_timeout = ${limitMs}`,
      `set local lock_timeout = ${limitMs}`,
      `set local idle_in_transaction_session_timeout = ${postgresTiming.idleInTransactionMs}`,
    ];
  }
}

interface Use {
  client: PoolClient;
  onCommit: () => void;
  onDirty: () => void;
  onClean: () => void;
}

// drizzle calls `query` and nothing else of it.
const dbOf = (client: PoolClient): Db => drizzle(Object(new Sender(client)) as PoolClient);
