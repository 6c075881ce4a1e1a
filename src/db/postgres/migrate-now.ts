import { setTimeout as delay } from 'node:timers/promises';
import { nameOfDatabase } from '../../core/postgres-address.ts';
import type { DatabaseLogin } from '../../ports/database-login.ts';
import { toStoreProblem, withoutParameters } from './errors.ts';
import { migrateDatabase } from './migrate.ts';
import { connectionsTo } from './open-store.ts';

const waitMs = 15_000;
const againMs = 500;
/** An index over many rows takes its time. */
const longestMs = 3_600_000;

/** The database, for people. */
export const nameOf = nameOfDatabase;

/** Applies what is missing, and returns how many migrations those were. @throws {StoreUnavailableError} when the server is unavailable. */
export async function migrate(databaseUrl: string, login: DatabaseLogin): Promise<number> {
  const connections = connectionsTo(databaseUrl, { waitMs, applicationName: 'sagemaker-autodeploy-migrate', login });
  const untilMs = performance.now() + waitMs;
  try {
    for (;;) {
      try {
        return await migrateDatabase(connections, performance.now() + longestMs);
      } catch (error) {
        const problem = toStoreProblem(error);
        if (problem === null) throw withoutParameters(error);
        if (problem.unavailable.needsRepair || performance.now() >= untilMs) throw problem.unavailable;
      }
      await delay(againMs);
    }
  } finally {
    await connections.close();
  }
}
