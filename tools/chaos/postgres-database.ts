import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../testkit/eventually.ts';
import { launchPostgres, type PostgresServer } from '../testkit/postgres-server.ts';
import {
  type ChaosDatabase,
  literals,
  selectDeployments,
  selectHistory,
  type SqlInjectionPoint,
  type Trap,
} from './chaos-database.ts';
import type { Intercept } from './intercepted-message.ts';
import type { ManagedProcess } from './managed-process.ts';
import { type PostgresProxy, startPostgresProxy } from './postgres-proxy.ts';
import { holdInTransaction } from './postgres-trap.ts';
import type { DeploymentRecord, HistoryRecord } from './soak-records.ts';

const database = 'autodeploy';

/** A PostgreSQL server of its own. The API and each worker reach it through proxies of their own. */
export class PostgresDatabase implements ChaosDatabase {
  readonly engine = 'postgres';
  readonly server: PostgresServer;
  readonly #intercept: Intercept;
  readonly #proxies = new Map<string, PostgresProxy>();
  /** Faults of the server follow each other. */
  #faults: Promise<unknown> = Promise.resolve();

  private constructor(server: PostgresServer, intercept: Intercept) {
    this.server = server;
    this.#intercept = intercept;
  }

  static async start(intercept: Intercept): Promise<PostgresDatabase> {
    const server = await launchPostgres();
    try {
      await server.createDatabase('template0', database);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return new PostgresDatabase(server, intercept);
  }

  async urlFor(process: string): Promise<string> {
    const proxy = await startPostgresProxy(process, this.server.port, this.#intercept);
    this.#proxies.set(process, proxy);
    return `postgres://postgres@127.0.0.1:${proxy.port}/${database}?sslmode=disable`;
  }

  async hasDeployment(condition: string, names: readonly string[]): Promise<boolean> {
    const list = literals(names);
    const query = `SELECT 1 FROM deployments WHERE (training_job_name IN (${list}) OR endpoint_name IN (${list})) AND ${condition}`;
    return (await this.server.sql(query, [], database)).length > 0;
  }

  /** As a migration by hand or `VACUUM FULL` does. */
  async lock(ms: number): Promise<void> {
    // One table: the lock of a second one could deadlock with a transaction.
    const lock = 'LOCK TABLE training_runs IN ACCESS EXCLUSIVE MODE';
    // A transaction of one message.
    await this.server.sql(`${lock}; SELECT pg_sleep(${ms / 1000})`, undefined, database);
  }

  /** An operator has created it again, and starts the programs again. */
  async remove(services: readonly ManagedProcess[]): Promise<void> {
    await this.server.dropDatabase(database);
    await this.server.createDatabase('template0', database);
    for (const service of services) service.kill();
  }

  holdInTransaction(services: readonly ManagedProcess[], point: SqlInjectionPoint, names: readonly string[]): Trap {
    const ownerOf = (clientPort: number) => services.find(({ name }) => this.#proxies.get(name)?.has(clientPort)) ?? null;
    return holdInTransaction({ server: this.server, database, ownerOf }, point, names);
  }

  /** SIGKILL. Resolves when it accepts connections again. */
  killServer(): Promise<void> {
    return this.#afterOthers(async () => {
      await this.server.kill();
      await this.server.start();
    });
  }

  /** A restart by an operator. It is unavailable for `ms`. */
  restartServer(ms: number): Promise<void> {
    return this.#afterOthers(async () => {
      await this.server.shutDown();
      await delay(ms);
      await this.server.start();
    });
  }

  /** All processes of the server stand still. */
  pauseServer(ms: number): Promise<void> {
    return this.#afterOthers(async () => {
      try {
        await this.server.pause();
        await delay(ms);
      } finally {
        this.server.resume();
      }
    });
  }

  cutConnections(): Promise<void> {
    return this.#afterOthers(async () => void (await this.server.endConnections(database)));
  }

  /** As a primary that was demoted, whose connections stay open. `onArmed` is called when that begins. */
  refuseWrites(ms: number, onArmed = (): void => {}): Promise<void> {
    return this.#afterOthers(async () => {
      await this.server.setReadOnly(true);
      // The server's processes read the setting at their next message.
      await delay(50);
      onArmed();
      await delay(ms);
      await this.server.setReadOnly(false);
    });
  }

  async deployments(): Promise<DeploymentRecord[]> {
    return numbered(await this.#read(selectDeployments)) as DeploymentRecord[];
  }

  async history(endpointName: string): Promise<HistoryRecord[]> {
    return numbered(await this.#read(selectHistory('$1'), [endpointName])) as HistoryRecord[];
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.close()));
    await this.server.stop();
  }

  #afterOthers(fault: () => Promise<void>): Promise<void> {
    const done = this.#faults.then(fault);
    this.#faults = done.catch(() => {});
    return done;
  }

  /** Also while a fault lasts that keeps it away for a moment. */
  #read(query: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return eventually(() => this.server.sql(query, values, database), Array.isArray, { withinMs: 20_000, everyMs: 100 });
  }
}

/** `bigint` arrives as text. */
const numbered = (rows: Record<string, unknown>[]): unknown[] =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        /(At|Seq|seq|at|Order|attempt)$/.test(name) && value !== null ? Number(value) : value,
      ]),
    ),
  );
