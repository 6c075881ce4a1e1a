/**
 * `npm run db:move -- --from file:… --to postgres://…`: carries an installation over, with all programs stopped. How to log in, where
 * the address holds no password, is in DATABASE_PASSWORD_FILE or DATABASE_IAM. One JSON object on stdout says what was moved; a line on
 * stderr why nothing was, with exit code 2 for wrong arguments, 78 when something has to be changed first, and 1 when a later try may do.
 */
import { parseArgs } from 'node:util';
import { configOrExit, loadDatabaseConfig } from '../../config/config.ts';
import { errorMessage, StoreUnavailableError } from '../../core/errors.ts';
import { isPostgresAddress, nameOfDatabase } from '../../core/postgres-address.ts';
import { moveDatabase } from './move.ts';
import { MoveRefused } from './refusal.ts';

const usage = 'npm run db:move -- --from file:./data/autodeploy.db --to postgres://USER:PASSWORD@HOST:PORT/NAME';

const { from, to } = argumentsOrExit();
const { databaseLogin: login } = await configOrExit(() => loadDatabaseConfig(to));
const startedAt = performance.now();
try {
  const rows = await moveDatabase({ from, to, login, now: Date.now() });
  const tookMs = Math.round(performance.now() - startedAt);
  process.stdout.write(`${JSON.stringify({ msg: 'database moved', rows, took_ms: tookMs })}\n`);
} catch (error) {
  const where = error instanceof StoreUnavailableError ? ` From ${from} to ${nameOfDatabase(to)}.` : '';
  process.stderr.write(`nothing was moved: ${errorMessage(error)}${where}\n`);
  const isLasting = error instanceof MoveRefused || (error instanceof StoreUnavailableError && error.needsRepair);
  process.exitCode = isLasting ? 78 : 1;
}

function argumentsOrExit(): { from: string; to: string } {
  try {
    const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } });
    if (values.from?.startsWith('file:') && values.to !== undefined && isPostgresAddress(values.to))
      return { from: values.from, to: values.to };
  } catch {
    // An unknown option; the line below has the known ones.
  }
  process.stderr.write(`usage: ${usage}\n`);
  process.exit(2);
}
