import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from '../dev/ports.ts';
import { Child } from './child.ts';
import { type FolderOptions, makePostgresFolder, type PostgresFolder } from './postgres-folder.ts';
import { postgresPrograms, serverUser } from './postgres-programs.ts';

/** A server of tests keeps what it has acknowledged when it is killed, not when the machine is, and takes little memory. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_connections: '200',
  shared_buffers: '64MB',
  // Containers have a small /dev/shm.
  dynamic_shared_memory_type: 'mmap',
  jit: 'off',
  // Its log is read for the line that says that it is ready.
  lc_messages: 'C',
};

const isReady = /database system is ready to accept connections/;
/** A killed server's processes end one by one, and keep its shared memory until then. */
const startWithinMs = 60_000;

/** A PostgreSQL server, and its processes. */
export class PostgresServer {
  readonly port: number;
  readonly folder: PostgresFolder;
  readonly #settings: Readonly<Record<string, string>>;
  #child: Child | null = null;
  #paused: number[] = [];

  constructor(port: number, folder: PostgresFolder, more: Readonly<Record<string, string>>) {
    this.port = port;
    this.folder = folder;
    this.#settings = { ...settings, ...more, port: String(port) };
  }

  /** `postgres://` of a database. */
  url(database = 'postgres'): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** The last lines of its log. */
  get output(): string {
    return this.#child?.tail() ?? '';
  }

  /** The server's first process. */
  get pid(): number {
    if (this.#child === null) throw new Error('PostgreSQL has not been started');
    return this.#child.pid;
  }

  /** Starts it, or starts it again on the same port with the same data. Resolves when it accepts connections. */
  async start(): Promise<void> {
    const until = performance.now() + startWithinMs;
    const args = Object.entries(this.#settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    for (;;) {
      const child = new Child(join(postgresPrograms(), 'postgres'), ['-D', this.folder.data, ...args], process.env, {
        ...serverUser(),
        cwd: this.folder.path,
        endSignal: 'INT',
      });
      this.#child = child;
      try {
        await child.until(() => child.output.find((line) => isReady.test(line)), 'PostgreSQL that is ready', startWithinMs);
        return;
      } catch (error) {
        if (child.exit === null) await child.kill();
        if (performance.now() > until) throw error;
      }
      await delay(100);
    }
  }

  /** Runs statements on a connection of their own, which is closed afterwards. @returns the last one's rows. */
  async sql<Row extends object = Record<string, unknown>>(text: string, params?: unknown[], database?: string): Promise<Row[]> {
    const client = new Client({ connectionString: this.url(database), connectionTimeoutMillis: 10_000 });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(text, params)).rows as Row[];
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** Makes a database that is a copy of another one, to which there is no connection; an empty one by default. @returns its name. */
  async createDatabase(template = 'template0', name = `test_${randomUUID().replaceAll('-', '')}`): Promise<string> {
    await this.sql(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return name;
  }

  async dropDatabase(name: string): Promise<void> {
    await this.sql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  /** Ends all connections of a database, or of all, as pg_terminate_backend does. @returns how many. */
  async endConnections(database: string | null = null): Promise<number> {
    const ended = await this.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND ($1::text IS NULL OR datname = $1)`,
      [database],
    );
    return ended.length;
  }

  /** From now on writes are refused with 25006, also on connections that are open, as by a primary that was demoted. */
  async setReadOnly(readOnly: boolean): Promise<void> {
    await this.sql(`ALTER SYSTEM SET default_transaction_read_only = ${readOnly ? 'on' : 'off'}`);
    await this.sql('SELECT pg_reload_conf()');
  }

  /** SIGSTOP of all its processes: connections stay open, and nothing responds. */
  async pause(): Promise<void> {
    const client = new Client({ connectionString: this.url(), query_timeout: pauseQueryMs });
    client.on('error', () => {});
    await client.connect();
    // Its first process makes the others: once it stands still there are no new ones.
    process.kill(this.pid, 'SIGSTOP');
    // For `resume` and `kill`, also where the connection ends meanwhile.
    this.#paused = [this.pid];
    const { rows } = await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
    // Its end waits for nothing: another fault may have cut the connection.
    void client.end().catch(() => {});
    this.#paused = [this.pid, ...rows.map(({ pid }) => pid)];
    for (const pid of this.#paused) signal(pid, 'SIGSTOP');
  }

  resume(): void {
    for (const pid of this.#paused.splice(0)) signal(pid, 'SIGCONT');
  }

  /** SIGKILL; its other processes end when they see that. What is committed is there after `start`. */
  async kill(): Promise<void> {
    this.resume();
    await this.#child?.kill();
  }

  /** Ends connections and transactions, writes everything to disk, and ends. */
  async shutDown(): Promise<void> {
    this.resume();
    if (this.#child?.exit !== null) return;
    this.#child.signal('SIGINT');
    const timer = setTimeout(() => this.#child?.signal('SIGKILL'), 12_000);
    await this.#child.exited;
    clearTimeout(timer);
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    await this.shutDown();
    this.folder.remove();
  }
}

const pauseQueryMs = 5_000;

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

export interface PostgresOptions extends FolderOptions {
  /** Any free one by default. */
  port?: number;
  /** Of postgresql.conf, in place of those for tests. */
  settings?: Readonly<Record<string, string>>;
}

/** Starts a server with no databases of its own, which ends with this process. @throws where the machine has no PostgreSQL. */
export async function launchPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = await makePostgresFolder(options);
  const server = new PostgresServer(options.port ?? (await freePort()), folder, options.settings ?? {});
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}
