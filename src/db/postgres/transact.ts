import type { ClientBase } from 'pg';
import { codeOf, isFromServer } from './errors.ts';

/** The connection died while the transaction was committed: whether it was has to be found out. */
export class CommitInDoubt extends Error {
  /** By which `pg_xact_status` knows it. */
  readonly xid: string;
  /** What the transaction returns if it was committed. */
  readonly result: unknown;

  constructor(xid: string, result: unknown) {
    super('The connection was lost during a commit.');
    this.name = 'CommitInDoubt';
    this.xid = xid;
    this.result = result;
  }
}

interface Transaction<T> {
  /** More statements for its beginning, like `set local`. */
  settings?: readonly string[];
  work: () => Promise<T>;
  /** Called right before the commit. */
  onCommit?: () => void;
  /** Called when the transaction is over and the connection as it was before. */
  onClean: () => void;
}

/**
 * One transaction on a connection. READ COMMITTED, since each of its statements has to see what others have committed once it holds its
 * lock. drizzle's own loses connections and errors (docs/reference/postgresql-behavior.md#drizzles-own-transaction-loses-connections).
 *
 * @throws the work's error, or the connection's.
 * @throws {CommitInDoubt} when the connection died during the commit.
 */
export async function transact<T>(client: ClientBase, { settings = [], work, onCommit, onClean }: Transaction<T>): Promise<T> {
  const xid = await begin(client, settings);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await client.query('rollback').then(onClean, () => {});
    throw error;
  }
  onCommit?.();
  await commit(client, xid, result);
  onClean();
  return result;
}

/** One round trip: the transaction's id is known before anything is written. */
async function begin(client: ClientBase, settings: readonly string[]): Promise<string> {
  const statements = ['begin isolation level read committed', ...settings, 'select pg_current_xact_id()::text as xid'];
  const results: unknown = await client.query(statements.join('; '));
  const last: unknown = Array.isArray(results) ? results.at(-1) : results;
  const [row] = (last as { rows: { xid: string }[] }).rows;
  if (row === undefined) throw new Error('PostgreSQL gave no id of a transaction.');
  return row.xid;
}

async function commit(client: ClientBase, xid: string, result: unknown): Promise<void> {
  let command: string;
  try {
    ({ command } = await client.query('commit'));
  } catch (error) {
    // An error that the server has sent says that it did not commit, but for those that end the connection.
    if (isFromServer(error) && !/^(57P|08)/.test(codeOf(error) ?? '')) throw error;
    throw new CommitInDoubt(xid, result);
  }
  // What COMMIT says of a transaction in which a statement has failed.
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back in place of a commit.');
}
