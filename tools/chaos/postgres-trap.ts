import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresServer } from '../testkit/postgres-server.ts';
import { isTrapped, type SqlInjectionPoint, type Trap } from './chaos-database.ts';
import type { ManagedProcess } from './managed-process.ts';

const checkIntervalMs = 20;
/** Shorter than the time limit of a statement. */
const holdSeconds = 2;

interface Options {
  server: PostgresServer;
  database: string;
  /** The process whose connection the server sees under that port. */
  ownerOf: (clientPort: number) => ManagedProcess | null;
}

/**
 * Adds a trigger that sleeps: the process that fires it stays in its transaction. The trap kills that process, and its connection at the
 * server, which would notice only at its next message that the process is gone.
 */
export function holdInTransaction(options: Options, point: SqlInjectionPoint, names: readonly string[]): Trap {
  const { server, database, ownerOf } = options;
  const { table, on } = point;
  // The condition of a trigger itself may hold no subquery.
  const condition = isTrapped(point, names).replaceAll('endpoint_change ->>', 'endpoint_change::json ->>');
  const set = change(options, [
    `CREATE FUNCTION chaos_sleep() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN IF ${condition} THEN PERFORM pg_sleep(${holdSeconds}); END IF; RETURN NULL; END $$`,
    `CREATE TRIGGER chaos_trap AFTER ${on} ON ${table} FOR EACH ROW EXECUTE FUNCTION chaos_sleep()`,
  ]);
  let removed: Promise<void> | null = null;
  const remove = (): Promise<void> =>
    (removed ??= set
      .catch(() => {})
      .then(() => change(options, [`DROP TRIGGER IF EXISTS chaos_trap ON ${table}`, 'DROP FUNCTION IF EXISTS chaos_sleep']))
      .catch(() => {}));
  const killHolder = async (): Promise<number> => {
    await set;
    for (;;) {
      await delay(checkIntervalMs);
      if (removed !== null) return new Promise<never>(() => {});
      const sleeping = await server.sql<{ pid: number; port: number }>(
        "SELECT pid, client_port AS port FROM pg_stat_activity WHERE datname = $1 AND wait_event = 'PgSleep'",
        [database],
      );
      const [holder] = sleeping.flatMap(({ pid, port }) => {
        const process = ownerOf(port);
        return process === null ? [] : [{ pid, process }];
      });
      if (holder === undefined) continue;
      holder.process.kill();
      const injectedAt = Date.now();
      await server.sql('SELECT pg_terminate_backend($1)', [holder.pid]);
      await remove();
      return injectedAt;
    }
  };
  const injected = killHolder();
  injected.catch(() => {});
  return { injected, remove: () => void remove() };
}

async function change({ server, database }: Options, statements: readonly string[]): Promise<void> {
  await server.sql(statements.join('; '), undefined, database);
}
