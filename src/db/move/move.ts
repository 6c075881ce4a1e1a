import type { DatabaseLogin } from '../../ports/database-login.ts';
import { toStoreProblem, withoutParameters } from '../postgres/errors.ts';
import { migrateDatabase } from '../postgres/migrate.ts';
import { connectionsTo } from '../postgres/open-store.ts';
import { databasePath } from '../sqlite/open.ts';
import { digestWith, emptyDigest, isSame } from './digest.ts';
import { MoveRefused } from './refusal.ts';
import { Source } from './source.ts';
import { columnsToMove } from './tables.ts';
import { Target } from './target.ts';

const connectMs = 15_000;
const migrationMs = 120_000;

interface MoveInput {
  /** A `file:` address. */
  from: string;
  /** A `postgres:` address, and how to log in. */
  to: string;
  login: DatabaseLogin;
  now: number;
}

/**
 * Carries an installation from an SQLite file to an empty PostgreSQL database, whose schema it makes: all rows in one transaction, which
 * is compared with the source before it is committed. The source stays as it is. @returns the number of rows by table.
 *
 * @throws {MoveRefused} where a program runs, the target is not empty, or a schema is not that of this version. Whatever it throws, the
 *   target is empty, but where the connection is lost during the commit.
 */
export async function moveDatabase({ from, to, login, now }: MoveInput): Promise<Record<string, number>> {
  const source = Source.open(databasePath(from), now);
  const connections = connectionsTo(to, { waitMs: connectMs, applicationName: 'sagemaker-autodeploy-move', login });
  try {
    await migrateDatabase(connections, performance.now() + migrationMs);
    const client = await connections.connect();
    try {
      return await copy(source, await Target.begin(client));
    } finally {
      await client.end().catch(() => {});
    }
  } catch (error) {
    if (error instanceof MoveRefused) throw error;
    const problem = toStoreProblem(error);
    throw problem === null ? withoutParameters(error) : problem.unavailable;
  } finally {
    source.close();
    await connections.close();
  }
}

async function copy(source: Source, target: Target): Promise<Record<string, number>> {
  const tables = columnsToMove({ source: source.columns(), target: await target.columns() });
  const moved: Record<string, number> = {};
  for (const [table, columns] of tables) {
    let expected = emptyDigest;
    for (const rows of source.batches(table, columns)) {
      expected = digestWith(expected, rows);
      await target.insert(table, columns, rows);
    }
    const found = await target.digest(table, columns);
    if (!isSame(found, expected)) {
      const sums = `${expected.sum.toString(16)} and ${found.sum.toString(16)}`;
      throw new Error(`The table ${table} did not arrive as it was: ${expected.rows} and ${found.rows} rows, sums ${sums}.`);
    }
    moved[table] = found.rows;
  }
  await target.commit();
  return moved;
}
