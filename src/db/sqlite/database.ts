import { currentCall, CallCancelled, commitFor, isCancelled } from './call.ts';
import type { DatabaseFile } from './database-file.ts';
import type { Db } from './open.ts';
import { retryWhileBusy } from './busy-timeout.ts';
import { WriteLane } from './write-lane.ts';
import { writeTx, type NotPromise, type Tx } from './write-tx.ts';

/** The database as the parts of the store use it. Both throw StoreUnavailableError when it is busy, full or away. */
export interface Database {
  read<T>(work: (db: Db) => T & NotPromise<T>): Promise<T>;
  /**
   * One transaction: all of it or nothing. `db` is for prepared statements, which are part of the transaction too. The work may be
   * done again, when SQLite was busy and has rolled it back: it has no effect but on the database.
   */
  write<T>(work: (tx: Tx, db: Db) => T & NotPromise<T>): Promise<T>;
}

/** `waitMs`: how long a call waits while other processes hold the database locked. */
export function databaseOf(file: DatabaseFile, { waitMs }: { waitMs: number }): Database {
  // In line: while the database is locked one write tries the lock, and all of them continue when it is free.
  const lane = new WriteLane();
  return {
    async read(work) {
      return retryWhileBusy(() => work(file.db), performance.now() + waitMs);
    },
    async write<T>(work: (tx: Tx, db: Db) => T & NotPromise<T>) {
      const call = currentCall.getStore();
      const untilMs = performance.now() + waitMs;
      const attempt = (): T => {
        if (isCancelled(call)) throw new CallCancelled();
        const { db } = file;
        return writeTx<T>(db, (tx) => {
          const result = work(tx, db);
          commitFor(call);
          return result;
        });
      };
      return lane.run(() => retryWhileBusy(attempt, untilMs));
    },
  };
}

/** Statements that are prepared once for each opened database file. */
export function prepared<T>(prepare: (db: Db) => T): (db: Db) => T {
  const known = new WeakMap<Db, T>();
  return (db) => {
    let statements = known.get(db);
    if (statements === undefined) known.set(db, (statements = prepare(db)));
    return statements;
  };
}
