import { guarded } from './guarded.ts';
import type { Db, DatabaseFile } from './open.ts';
import { writeTx, type NotPromise, type Tx } from './write-tx.ts';

/** The database as the parts of the store use it. Both throw StoreUnavailable when it is busy, full or away. */
export interface Database {
  read<T>(work: (db: Db) => T & NotPromise<T>): Promise<T>;
  /** One transaction: all of it or nothing. `db` is for prepared statements, which are part of the transaction too. */
  write<T>(work: (tx: Tx, db: Db) => T & NotPromise<T>): Promise<T>;
}

export const databaseOf = (file: DatabaseFile): Database => ({
  async read(work) {
    return guarded(() => work(file.db));
  },
  async write<T>(work: (tx: Tx, db: Db) => T & NotPromise<T>) {
    return guarded(() => {
      const { db } = file;
      return writeTx<T>(db, (tx) => work(tx, db));
    });
  },
});

/** Statements that are prepared once for each opened database file. */
export function prepared<T>(prepare: (db: Db) => T): (db: Db) => T {
  const known = new WeakMap<Db, T>();
  return (db) => {
    let statements = known.get(db);
    if (statements === undefined) known.set(db, (statements = prepare(db)));
    return statements;
  };
}
