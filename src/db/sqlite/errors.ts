import { StoreUnavailableError } from '../../core/errors.ts';

interface Kind {
  /** Of SQLite, or of the file system (the folder is gone, the disk is full). */
  codes: RegExp;
  says: string;
  /** Whether waiting is all that it takes, and not for long. */
  isLock?: true;
  /** Whether it lasts until an operator repairs it. */
  needsRepair?: true;
}

const kinds: readonly Kind[] = [
  { codes: /^SQLITE_(BUSY|LOCKED|PROTOCOL)/, says: 'it is locked by another process', isLock: true },
  { codes: /^(SQLITE_FULL|ENOSPC|EDQUOT)/, says: 'its disk is full' },
  {
    codes: /^(SQLITE_(READONLY|PERM|AUTH)|EACCES|EPERM|EROFS)/,
    says: 'its file or folder cannot be written by this user',
    needsRepair: true,
  },
  {
    codes: /^(SQLITE_CANTOPEN|ENOTDIR|EEXIST|EISDIR|ENAMETOOLONG|ELOOP)/,
    says: 'its file cannot be opened or made',
    needsRepair: true,
  },
  { codes: /^SQLITE_NOTADB/, says: 'the file is no SQLite database', needsRepair: true },
  { codes: /^SQLITE_CORRUPT/, says: 'the file is damaged', needsRepair: true },
  { codes: /^SQLITE_IOERR/, says: 'its disk does not do what is asked of it' },
];
const unknownOfFileSystem: Kind = { codes: /^/, says: 'its file cannot be reached' };

/** What stands behind an error, when it is the database's; null for any other. */
function kindOf(error: unknown): { code: string; kind: Kind } | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (!('code' in cause) || typeof cause.code !== 'string') continue;
    const { code } = cause;
    const kind = kinds.find(({ codes }) => codes.test(code)) ?? ('syscall' in cause ? unknownOfFileSystem : null);
    if (kind !== null) return { code, kind };
  }
  return null;
}

/** The error of a database that is busy, full or away, in words; null for an error of any other kind. */
export function toStoreError(error: unknown): { isLock: boolean; unavailable: StoreUnavailableError } | null {
  if (error instanceof StoreUnavailableError) return { isLock: false, unavailable: error };
  const found = kindOf(error);
  if (found === null) return null;
  const { code, kind } = found;
  return {
    isLock: kind.isLock ?? false,
    unavailable: new StoreUnavailableError(`The database takes nothing now: ${kind.says} (${code}).`, {
      cause: error,
      needsRepair: kind.needsRepair,
    }),
  };
}
