import Sqlite from 'better-sqlite3';
import { onTestFinished } from 'vitest';

/**
 * Locks the database as a shell does, in a connection of its own, until it is released or the test is over: for writes, or as a whole,
 * so that it can't even be read. The latter only while no other process has it open.
 */
export function lockDatabase(path: string, what: 'writes' | 'whole' = 'writes'): { release: () => void } {
  const other = new Sqlite(path);
  onTestFinished(() => void other.close());
  if (what === 'whole') other.pragma('locking_mode = exclusive');
  other.exec('begin exclusive');
  return { release: () => void other.close() };
}
