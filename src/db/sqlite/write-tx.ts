import type { Db } from './open.ts';

export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];

/** `never` for a promise: nothing can be returned where it is required. */
export type NotPromise<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * A write transaction: immediate, so that it waits for its turn at the start and not half-way, and synchronous, because
 * better-sqlite3 commits when the callback returns: a promise would be committed before its work is done and never rolled
 * back (drizzle-orm #1472, #2275). The type refuses one.
 */
export function writeTx<T>(db: Db, work: (tx: Tx) => T & NotPromise<T>): T {
  return db.transaction<T>(work, { behavior: 'immediate' });
}
