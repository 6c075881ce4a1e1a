import Sqlite from 'better-sqlite3';
import { onTestFinished } from 'vitest';

/**
 * Makes each write about a run whose name begins with `slow` take so long within SQLite, where nothing can interrupt it, as on a disk
 * that hangs; with no `forMs` for ever, until the process is killed.
 */
export function slowWrites(path: string, forMs?: number): void {
  const sqlite = new Sqlite(path, { timeout: 10_000 });
  onTestFinished(() => void sqlite.close());
  const most = forMs === undefined ? '' : `limit ${Math.round(forMs * countsPerMs(sqlite))}`;
  sqlite.exec(`
    create view long_work as with recursive n(i) as (select 1 union all select i + 1 from n ${most}) select i from n;
    create trigger slow_writes after insert on history
    when (select training_job_name from training_runs where seq = new.run_seq) like 'slow%'
    begin select count(*) from long_work; end;`);
}

/** How far this machine counts in a millisecond. */
function countsPerMs(sqlite: Sqlite.Database): number {
  const counts = 300_000;
  const startedAt = performance.now();
  sqlite.prepare(`with recursive n(i) as (select 1 union all select i + 1 from n limit ${counts}) select count(*) from n`).get();
  return counts / (performance.now() - startedAt);
}
