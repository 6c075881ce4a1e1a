/**
 * `npm run db:migrate`: applies the migrations in `drizzle/` that the database of DATABASE_URL does not have yet, and creates the
 * database where there is none. Safe to run many times at once. One JSON object on stdout says what was done; a line on stderr when it
 * could not be, with exit code 78 when something has to be repaired first, and 1 when a later try may do.
 */
import { configOrExit, exitOnUnusableDatabase, loadDatabaseUrl } from '../config/config.ts';
import { migrateDatabase } from './sqlite/migrate.ts';
import { databasePath } from './sqlite/open.ts';
import { retryWhileBusy } from './sqlite/busy-timeout.ts';

const waitMs = 15_000;

const databaseUrl = await configOrExit(loadDatabaseUrl);
const path = databasePath(databaseUrl);
try {
  const applied = await retryWhileBusy(() => migrateDatabase(path), performance.now() + waitMs).catch((error: unknown) =>
    exitOnUnusableDatabase(databaseUrl, error),
  );
  process.stdout.write(`${JSON.stringify({ msg: 'database is up to date', database: path, migrations_applied: applied })}\n`);
} catch (error) {
  process.stderr.write(`could not migrate ${path}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
