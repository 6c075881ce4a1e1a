/**
 * `npm run db:migrate`: applies the migrations in `drizzle/` that the database of DATABASE_URL does not have yet, and creates the
 * database where there is none. Safe to run many times at once. One JSON object on stdout says what was done; exit code 1 and
 * a line on stderr when it could not be.
 */
import { configOrExit, loadDatabaseUrl } from '../config.ts';
import { databasePath, migrateDatabase } from './open.ts';

const path = databasePath(await configOrExit(loadDatabaseUrl));
try {
  const applied = migrateDatabase(path);
  process.stdout.write(`${JSON.stringify({ msg: 'database is up to date', database: path, migrations_applied: applied })}\n`);
} catch (error) {
  process.stderr.write(`could not migrate ${path}: ${reasonOf(error)}\n`);
  process.exitCode = 1;
}

/** drizzle tells of the statement, the error behind it of the reason. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
