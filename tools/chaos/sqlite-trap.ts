import { readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { isTrapped, type SqlInjectionPoint, type Trap } from './chaos-database.ts';
import type { ManagedProcess } from './managed-process.ts';

const checkIntervalMs = 30;
/** Longer than any write takes. */
const readsInARow = 6;

/**
 * Adds a trigger that never ends to the database file: the process that fires it stays in its transaction until it is killed. The trap
 * kills the process that holds SQLite's write lock for long. Needs Linux, whose /proc/locks names that process.
 */
export function holdInTransaction(
  { file, services }: { file: string; services: readonly ManagedProcess[] },
  point: SqlInjectionPoint,
  names: readonly string[],
): Trap {
  const { table, on } = point;
  change(file, [
    'CREATE VIEW IF NOT EXISTS chaos_endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n',
    `CREATE TRIGGER chaos_trap AFTER ${on} ON ${table} WHEN ${isTrapped(point, names)}
     BEGIN SELECT count(*) FROM chaos_endless; END`,
  ]);
  let removed = false;
  const remove = (): void => {
    if (removed) return;
    change(file, ['DROP TRIGGER IF EXISTS chaos_trap', 'DROP VIEW IF EXISTS chaos_endless']);
    removed = true;
  };
  const killHolder = async (): Promise<number> => {
    for (let seen = 0, holder: ManagedProcess | null = null; ; await delay(checkIntervalMs)) {
      if (removed) return new Promise<never>(() => {});
      const now = lockHolder(file, services);
      seen = now !== null && now === holder ? seen + 1 : 0;
      holder = now;
      if (holder === null || seen < readsInARow) continue;
      holder.kill();
      const injectedAt = Date.now();
      if (isRemoved(remove)) return injectedAt;
      // Another process has fired the trigger meanwhile.
      seen = 0;
    }
  };
  return { injected: killHolder(), remove };
}

/** @returns false when another transaction holds the write lock for longer than any write takes. */
function isRemoved(remove: () => void): boolean {
  try {
    remove();
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return false;
    throw error;
  }
}

/** Uses a connection of its own, and waits for the write lock. */
function change(file: string, statements: readonly string[]): void {
  const sqlite = new Sqlite(file, { timeout: 3000 });
  try {
    for (const statement of statements) sqlite.exec(statement);
  } finally {
    sqlite.close();
  }
}

/** The process that holds the write lock: byte 120 of the -shm file (https://sqlite.org/walformat.html, section 2.2.3). */
function lockHolder(file: string, services: readonly ManagedProcess[]): ManagedProcess | null {
  const { ino } = statSync(`${file}-shm`, { throwIfNoEntry: false }) ?? { ino: -1 };
  const line = readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .find((one) => new RegExp(`WRITE \\d+ [0-9a-f]+:[0-9a-f]+:${ino} 120 120$`).test(one));
  const pid = Number(/WRITE (\d+)/.exec(line ?? '')?.[1]);
  return services.find((service) => service.pid === pid) ?? null;
}
