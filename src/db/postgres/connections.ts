import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, ClientConfig, Pool, PoolClient, PoolConfig } from 'pg';
import { StoreUnavailableError } from '../../core/errors.ts';
import type { PostgresAddress } from '../../core/postgres-address.ts';
import { databaseTiming, postgresTiming } from '../../core/timing.ts';
import { codeOf } from './errors.ts';
import { pg } from './pg.ts';

export interface ConnectionSettings {
  address: PostgresAddress;
  /** Called for each new connection: a password changes, and a token lives for minutes. */
  password: () => Promise<string | undefined>;
  /** What the server shows of the process. */
  applicationName: string;
  /** How long a call waits. */
  waitMs: number;
  /** Called for a connection that died while nothing used it. */
  onLost?: (error: Error) => void;
}

/** What a connection wants of the server, or of the pooler before it. */
interface Wanted {
  tls: boolean;
  /** Time limits that hold for the whole connection. */
  limits: boolean;
}

/** How many one process has at most: 20 hosts with 10 processes' worth fit into PostgreSQL's usual limits. */
const maxConnections = 10;

/**
 * The connections of one process. It finds out by itself whether the server speaks TLS (`sslmode=prefer`), and whether it, or a pooler
 * before it, takes time limits with a connection; else each transaction sets them.
 */
export class Connections {
  readonly #settings: ConnectionSettings;
  #pool: Pool | null = null;
  #isClosed = false;
  #wanted: Wanted = { tls: true, limits: true };

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /** Whether a transaction has to set its limits itself. */
  get setsLimitsItself(): boolean {
    return !this.#wanted.limits;
  }

  /** A connection of the pool, which has to be released. @throws what connecting throws, and at `untilMs` that it took too long. */
  async acquire(untilMs: number): Promise<PoolClient> {
    for (;;) {
      const wanted = this.#wanted;
      try {
        return await this.#acquireFrom(this.#open(), untilMs);
      } catch (error) {
        if (!this.#adapts(error, wanted)) throw error;
      }
    }
  }

  /** A connection of its own, with no limit but the caller's. */
  async connect(): Promise<Client> {
    for (;;) {
      if (this.#isClosed) throw closedError();
      const wanted = this.#wanted;
      const client = new pg.Client(this.#clientConfig({}));
      client.on('error', () => {});
      try {
        await client.connect();
        return client;
      } catch (error) {
        void client.end().catch(() => {});
        if (!this.#adapts(error, wanted)) throw error;
      }
    }
  }

  /** Leaves all connections to the server that they lead to, once they are released: the name may lead to another one by now. */
  renew(): void {
    const former = this.#pool;
    this.#pool = null;
    void former?.end().catch(() => {});
  }

  /** Never fails. What hangs is left behind. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const former = this.#pool;
    this.#pool = null;
    if (former === null) return;
    await Promise.race([former.end().catch(() => {}), delay(postgresTiming.closeMs, undefined, { ref: false })]);
  }

  #open(): Pool {
    if (this.#isClosed) throw closedError();
    if (this.#pool !== null) return this.#pool;
    const { waitMs, onLost } = this.#settings;
    const limitMs = waitMs + databaseTiming.threadGraceMs;
    const limits = {
      statement_timeout: limitMs,
      lock_timeout: waitMs,
      idle_in_transaction_session_timeout: postgresTiming.idleInTransactionMs,
    };
    const pool = new pg.Pool({
      ...this.#clientConfig(this.#wanted.limits ? limits : {}),
      query_timeout: limitMs,
      max: maxConnections,
      idleTimeoutMillis: postgresTiming.idleMs,
      maxLifetimeSeconds: postgresTiming.longestLifeMs / 1000,
    } satisfies PoolConfig);
    // Without a listener the end of a connection ends the process. Its active statement fails by itself.
    pool.on('error', (error) => onLost?.(error));
    pool.on('connect', (client) => client.on('error', () => {}));
    this.#pool = pool;
    return pool;
  }

  async #acquireFrom(pool: Pool, untilMs: number): Promise<PoolClient> {
    const connecting = pool.connect();
    const tooLate = new AbortController();
    const late = delay(Math.max(0, untilMs - performance.now()), null, { signal: tooLate.signal }).catch(() => null);
    try {
      const client = await Promise.race([connecting, late]);
      if (client !== null) return client;
    } finally {
      tooLate.abort();
    }
    connecting.then(
      (client) => client.release(),
      () => {},
    );
    throw new StoreUnavailableError('The database takes nothing now: no connection to it was free or could be made in time.');
  }

  #clientConfig(limits: Partial<ClientConfig>): ClientConfig {
    const { address, password, applicationName } = this.#settings;
    const { host, port, user, database } = address;
    return {
      host,
      port,
      user,
      database,
      // `pg` takes a function that may say undefined: then it looks into ~/.pgpass.
      password: password as () => Promise<string>,
      application_name: applicationName,
      ssl: this.#tls(),
      keepAlive: true,
      keepAliveInitialDelayMillis: postgresTiming.keepAliveMs,
      connectionTimeoutMillis: postgresTiming.connectMs,
      ...limits,
    };
  }

  /** As libpq does by its `sslmode`: `pg` itself gives some of them another meaning. */
  #tls(): Exclude<ClientConfig['ssl'], undefined> {
    const { sslMode, sslRootCert, host } = this.#settings.address;
    const isSocket = host.startsWith('/');
    if (sslMode === 'disable' || isSocket || (sslMode === 'prefer' && !this.#wanted.tls)) return false;
    const ca = sslRootCert === null ? undefined : readFileSync(sslRootCert, 'utf8');
    const checksChain = sslMode.startsWith('verify') || (sslMode === 'require' && ca !== undefined);
    return {
      ca,
      rejectUnauthorized: checksChain,
      ...(sslMode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    };
  }

  /** Whether another try makes sense, which wants less of the server than one that `wanted` this. */
  #adapts(error: unknown, wanted: Wanted): boolean {
    if (!(error instanceof Error)) return false;
    const isPreferred = this.#settings.address.sslMode === 'prefer';
    const less =
      isPreferred && wanted.tls && /does not support SSL connections/.test(error.message)
        ? { ...this.#wanted, tls: false }
        : wanted.limits && codeOf(error) === '08P01' && /startup parameter/.test(error.message)
          ? { ...this.#wanted, limits: false }
          : null;
    if (less === null) return false;
    // Of several at once the first one changes it, and the others try again as well.
    if (this.#wanted === wanted) {
      this.#wanted = less;
      this.renew();
    }
    return true;
  }
}

const closedError = (): Error => new Error('The database has been closed.');
