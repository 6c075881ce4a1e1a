/**
 * `npm run db:migrate`: applies the migrations in `drizzle/` that the database of DATABASE_URL does not have yet, and makes an SQLite
 * file where there is none. Safe to run many times at once. One JSON object on stdout says what was done; a line on stderr when it could
 * not be, with exit code 78 when something has to be repaired first, and 1 when a later try may do.
 */
import { configOrExit, exitOnUnusableDatabase, loadDatabaseConfig } from '../config/config.ts';
import { isPostgresAddress } from '../core/postgres-address.ts';

const { databaseUrl, databaseLogin } = await configOrExit(() => loadDatabaseConfig());
const { migrate, nameOf } = await (isPostgresAddress(databaseUrl)
  ? import('./postgres/migrate-now.ts')
  : import('./sqlite/migrate-now.ts'));
const database = nameOf(databaseUrl);
try {
  const applied = await migrate(databaseUrl, databaseLogin).catch((error: unknown) => exitOnUnusableDatabase(databaseUrl, error));
  process.stdout.write(`${JSON.stringify({ msg: 'database is up to date', database, migrations_applied: applied })}\n`);
} catch (error) {
  process.stderr.write(`could not migrate ${database}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
