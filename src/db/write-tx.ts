import { StoreUnavailable } from '../core/errors.ts';
import type { Db } from './open.ts';

export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];

type NotPromise<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * A write transaction: immediate, so that it waits for its turn at the start and not half-way, and synchronous, because
 * better-sqlite3 commits when the callback returns: a promise would be committed before its work is done and never rolled
 * back (drizzle-orm #1472, #2275). The type refuses one.
 */
export function writeTx<T>(db: Db, work: (tx: Tx) => NotPromise<T>): NotPromise<T> {
  return db.transaction(work, { behavior: 'immediate' });
}

const awayCodes = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOTADB|CORRUPT|PROTOCOL)/;

const sqliteCode = (error: unknown): string | null => {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && cause.code.startsWith('SQLITE_')) return cause.code;
  }
  return null;
};

/** Runs database work; a database that is busy, full or away becomes StoreUnavailable. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = sqliteCode(error);
    if (code !== null && awayCodes.test(code)) {
      throw new StoreUnavailable(`The database does not take the request now (${code}).`, { cause: error });
    }
    throw error;
  }
}

/** Whether the error is a violated unique index that has to do with `column`. */
export function violatesUnique(error: unknown, column: string): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === 'SQLITE_CONSTRAINT_UNIQUE' && cause.message.includes(column)) return true;
  }
  return false;
}
