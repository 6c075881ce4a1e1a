/** Access to the service's database file from outside the service. */
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';

/** Whether the file holds a deployment of one of the names (trainings, endpoints) that meets the SQL condition. */
export function hasDeployment(file: string, condition: string, names: readonly string[]): boolean {
  const sqlite = new Sqlite(file, { readonly: true, timeout: 2000 });
  try {
    const list = names.map(() => '?').join(', ');
    const query = `SELECT 1 FROM deployments WHERE (training_job_name IN (${list}) OR endpoint_name IN (${list})) AND ${condition}`;
    return sqlite.prepare(query).get(...names, ...names) !== undefined;
  } finally {
    sqlite.close();
  }
}

export async function holdWriteLock(file: string, ms: number): Promise<void> {
  const sqlite = new Sqlite(file, { timeout: 2000 });
  try {
    sqlite.exec('BEGIN IMMEDIATE');
    await delay(ms);
  } finally {
    sqlite.close();
  }
}

/** Deletes the file and its side files, as `rm autodeploy.db*` does. */
export function removeDatabaseFiles(file: string): void {
  for (const side of ['', '-wal', '-shm']) rmSync(`${file}${side}`, { force: true });
}
