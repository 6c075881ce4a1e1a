import { StoreUnavailable } from '../core/errors.ts';

const awayCodes = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOTADB|CORRUPT|PROTOCOL)/;

/** The code of SQLite, or of the file system (the folder is gone, the disk is full), that stands behind an error. */
function codeOf(error: unknown): string | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (!('code' in cause) || typeof cause.code !== 'string') continue;
    if (awayCodes.test(cause.code) || 'syscall' in cause) return cause.code;
  }
  return null;
}

/** Runs database work; a database that is busy, full or away becomes StoreUnavailable. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    throw new StoreUnavailable(`The database does not take the request now (${code}).`, { cause: error });
  }
}
