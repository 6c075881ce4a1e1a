import { readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { CrashSystem } from './system.ts';
import type { Work } from './workloads.ts';

/** A write of the service: it is caught within its transaction, when all is written and nothing is committed. */
export interface SqlPlace {
  table: 'training_runs' | 'deployments';
  on: 'INSERT' | 'UPDATE';
  /** What the row has to be like then: SQL over OLD and NEW. */
  when: string;
}

const checkIntervalMs = 30;
/** Longer than any write takes of itself. */
const readsInARow = 6;

/**
 * A trigger in the database file, put there from outside, that never ends: the process that fires it stays in its transaction until
 * it is killed, which is what is done as soon as it is seen to hold SQLite's write lock for long. For SQLite on Linux, which says in
 * /proc/locks who that is.
 */
export function holdInTransaction(
  system: CrashSystem,
  { table, on, when }: SqlPlace,
  { about }: Work,
): { struck: Promise<number>; remove: () => void } {
  const names = about.map((name) => `'${name}'`).join(', ');
  change(system, [
    'CREATE VIEW IF NOT EXISTS crash_for_ever AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n',
    `CREATE TRIGGER crash_trap AFTER ${on} ON ${table} WHEN (NEW.training_job_name IN (${names}) OR NEW.endpoint_name IN (${names})) AND ${when}
     BEGIN SELECT count(*) FROM crash_for_ever; END`,
  ]);
  let removed = false;
  const remove = (): void => {
    if (removed) return;
    removed = true;
    change(system, ['DROP TRIGGER crash_trap', 'DROP VIEW crash_for_ever']);
  };
  const spring = async (): Promise<number> => {
    for (let seen = 0, holder: string | null = null; ; await delay(checkIntervalMs)) {
      if (removed) return new Promise<never>(() => {});
      const now = lockHolder(system);
      seen = now !== null && now === holder ? seen + 1 : 0;
      holder = now;
      if (holder === null || seen < readsInARow) continue;
      system.process(holder).kill();
      const struckAt = Date.now();
      remove();
      return struckAt;
    }
  };
  return { struck: spring(), remove };
}

/** In a connection of its own; waits for the write lock. */
function change({ databaseFile }: CrashSystem, statements: readonly string[]): void {
  const sqlite = new Sqlite(databaseFile, { timeout: 10_000 });
  try {
    for (const statement of statements) sqlite.exec(statement);
  } finally {
    sqlite.close();
  }
}

/** The process that holds the write lock: byte 120 of the -shm file (https://sqlite.org/walformat.html, section 2.2.3). */
function lockHolder({ databaseFile, ctx }: CrashSystem): string | null {
  const { ino } = statSync(`${databaseFile}-shm`, { throwIfNoEntry: false }) ?? { ino: -1 };
  const line = readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .find((one) => new RegExp(`WRITE \\d+ [0-9a-f]+:[0-9a-f]+:${ino} 120 120$`).test(one));
  const pid = Number(/WRITE (\d+)/.exec(line ?? '')?.[1]);
  return ctx.find((service) => service.pid === pid)?.name ?? null;
}
