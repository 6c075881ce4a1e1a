import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { type ChaosDatabase, selectDeployments, selectHistory, type SqlInjectionPoint, type Trap } from './chaos-database.ts';
import type { ManagedProcess } from './managed-process.ts';
import type { DeploymentRecord, HistoryRecord } from './soak-records.ts';
import { holdInTransaction } from './sqlite-trap.ts';

/** The service's database file. */
export class SqliteDatabase implements ChaosDatabase {
  readonly engine = 'sqlite';
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  urlFor(): Promise<string> {
    return Promise.resolve(`file:${this.#file}`);
  }

  async hasDeployment(condition: string, names: readonly string[]): Promise<boolean> {
    const list = names.map(() => '?').join(', ');
    const query = `SELECT 1 FROM deployments WHERE (training_job_name IN (${list}) OR endpoint_name IN (${list})) AND ${condition}`;
    return (await this.#read(query, [...names, ...names], 2000)).length > 0;
  }

  async lock(ms: number): Promise<void> {
    const sqlite = new Sqlite(this.#file, { timeout: 2000 });
    try {
      sqlite.exec('BEGIN IMMEDIATE');
      await delay(ms);
    } finally {
      sqlite.close();
    }
  }

  /** Deletes the file and its side files, as `rm autodeploy.db*` does. */
  async remove(): Promise<void> {
    for (const side of ['', '-wal', '-shm']) rmSync(`${this.#file}${side}`, { force: true });
  }

  holdInTransaction(services: readonly ManagedProcess[], point: SqlInjectionPoint, names: readonly string[]): Trap {
    return holdInTransaction({ file: this.#file, services }, point, names);
  }

  async deployments(): Promise<DeploymentRecord[]> {
    const rows = (await this.#read(selectDeployments)) as (Omit<DeploymentRecord, 'forced'> & { forced: number })[];
    return rows.map((row) => ({ ...row, forced: row.forced === 1 }));
  }

  async history(endpointName: string): Promise<HistoryRecord[]> {
    return (await this.#read(selectHistory('?'), [endpointName])) as HistoryRecord[];
  }

  async stop(): Promise<void> {}

  async #read(query: string, values: readonly string[] = [], timeout = 10_000): Promise<unknown[]> {
    const sqlite = new Sqlite(this.#file, { readonly: true, timeout });
    try {
      return sqlite.prepare(query).all(...values);
    } finally {
      sqlite.close();
    }
  }
}
