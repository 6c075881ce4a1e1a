import type Sqlite from 'better-sqlite3';
import { drizzle } from './drizzle.ts';
import { narrowRights } from './file-permissions.ts';
import { migrateDatabase } from './migrate.ts';
import { type Db, inodeOf, openSqlite } from './open.ts';
import * as schema from './schema.ts';

interface OpenFile {
  sqlite: Sqlite.Database;
  db: Db;
  inode: bigint;
}

/** What is to be said of the file. */
export interface FileEvents {
  /** The file was removed or replaced, and has been opened again. */
  onReplaced?: () => void;
  /** Others than its owner could read these; `mayStill` of them they still can. */
  onReadableByOthers?: (files: string[], mayStill: boolean) => void;
}

/**
 * The database file, opened (created, migrated) at the first use. When it has been removed or replaced under us, the next use opens the
 * new one: otherwise a running process would write into a file that no other process sees.
 */
export class DatabaseFile {
  readonly #path: string;
  readonly #events: FileEvents;
  /** null before the first use, and when the file was replaced and the new one could not be opened yet. */
  #open: OpenFile | null = null;
  #wasOpen = false;
  #closed = false;

  constructor(path: string, events: FileEvents = {}) {
    this.#path = path;
    this.#events = events;
  }

  /** @throws what opening throws: SQLITE_BUSY, for one; the next use tries again. */
  get db(): Db {
    if (this.#closed) throw new Error('The database has been closed.');
    if (this.#open !== null && inodeOf(this.#path) === this.#open.inode) return this.#open.db;
    // Closed first: while it is open its inode cannot be given to the new file, afterwards it could.
    this.#open?.sqlite.close();
    this.#open = null;
    this.#open = openFile(this.#path);
    this.#report();
    return this.#open.db;
  }

  close(): void {
    this.#closed = true;
    this.#open?.sqlite.close();
    this.#open = null;
  }

  #report(): void {
    const { onReplaced, onReadableByOthers } = this.#events;
    if (this.#wasOpen) onReplaced?.();
    this.#wasOpen = true;
    const { narrowed, open } = narrowRights(this.#path);
    if (narrowed.length > 0) onReadableByOthers?.(narrowed, false);
    if (open.length > 0) onReadableByOthers?.(open, true);
  }
}

/** Opens until the file is the same before and after, so that the inode is that of the file that was opened. */
function openFile(path: string): OpenFile {
  for (;;) {
    migrateDatabase(path);
    const inode = inodeOf(path);
    if (inode === null) continue;
    const sqlite = openSqlite(path, { mustExist: true });
    if (inodeOf(path) === inode) return { sqlite, db: drizzle(sqlite, { schema }), inode };
    sqlite.close();
  }
}
