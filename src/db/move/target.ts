import type { Client } from 'pg';
import type { ServiceProcess } from '../../core/service-process.ts';
import { digestWith, emptyDigest, type TableDigest, type Value } from './digest.ts';
import { MoveRefused } from './refusal.ts';
import { refuseLiving } from './source.ts';
import { type Column, type ColumnType, writtenTables } from './tables.ts';

const lockWaitMs = 5000;
const batchRows = 1000;

/** The PostgreSQL database that is moved to, in one transaction that locks all its tables. */
export class Target {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Begins. @throws {MoveRefused} for a database that is in use, or not empty. */
  static async begin(client: Client): Promise<Target> {
    const target = new Target(client);
    await client.query(
      `begin; set local lock_timeout = ${lockWaitMs}; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0`,
    );
    const locked = await client
      .query(`lock table ${writtenTables.join(', ')} in access exclusive mode`)
      .catch((error: unknown) => error);
    if (locked instanceof Error && 'code' in locked && locked.code === '55P03')
      throw new MoveRefused('Another program uses the target: stop it first.');
    if (locked instanceof Error) throw locked;
    const { rows } = await client.query<ServiceProcess & { now: number }>(
      'select name, last_seen_at::float8 as "lastSeenAt", extract(epoch from clock_timestamp())::float8 * 1000 as now from processes',
    );
    refuseLiving(rows, rows[0]?.now ?? 0);
    for (const table of writtenTables) {
      const { rows: found } = await client.query<{ count: number }>(`select count(*)::float8 as count from ${table}`);
      const count = found[0]?.count ?? 0;
      if (count > 0) throw new MoveRefused(`The target is not empty: ${table} has ${count} rows. Move into a new database.`);
    }
    // What triggers derive comes with the rows.
    for (const table of ['training_runs', 'deployments']) await client.query(`alter table ${table} disable trigger user`);
    return target;
  }

  /** The columns of each table. */
  async columns(): Promise<Map<string, Column[]>> {
    const { rows } = await this.#client.query<{ table: string; name: string; type: ColumnType }>(
      `select c.table_name as table, column_name as name, data_type as type from information_schema.columns c
       join information_schema.tables t using (table_schema, table_name)
       where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' order by ordinal_position`,
    );
    return Map.groupBy(rows, ({ table }) => table);
  }

  async insert(table: string, columns: readonly Column[], rows: readonly (readonly Value[])[]): Promise<void> {
    const list = columns.map(({ name }) => `"${name}"`).join(', ');
    const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
    const values = columns.map(({ type }, index) => rows.map((row) => stored(row[index] ?? null, type)));
    await this.#client.query(`insert into ${table} (${list}) overriding system value select * from unnest(${arrays})`, values);
  }

  async digest(table: string, columns: readonly Column[]): Promise<TableDigest> {
    const list = columns.map(({ name }) => `"${name}"`).join(', ');
    await this.#client.query(`declare moved cursor for select ${list} from ${table}`);
    let digest = emptyDigest;
    for (;;) {
      const { rows } = await this.#client.query<unknown[]>({ text: `fetch ${batchRows} from moved`, rowMode: 'array' });
      digest = digestWith(
        digest,
        rows.map((row) => columns.map((column, index) => read(row[index], column))),
      );
      if (rows.length < batchRows) break;
    }
    await this.#client.query('close moved');
    return digest;
  }

  /** Has the numbers of new rows follow those that were carried over, and commits. */
  async commit(): Promise<void> {
    for (const table of ['training_runs', 'deployments']) await this.#client.query(`alter table ${table} enable trigger user`);
    for (const table of ['training_runs', 'deployments', 'history']) {
      await this.#client.query(
        `select setval(pg_get_serial_sequence('${table}', 'seq'), (select max(seq) from ${table})) where exists (select 1 from ${table})`,
      );
    }
    await this.#client.query('commit');
    await this.#client.query('analyze').catch(() => {});
  }
}

const stored = (value: Value, type: ColumnType): Value | boolean => (type === 'boolean' && value !== null ? value !== 0 : value);

/** As SQLite holds it; `pg` returns a bigint as text. */
const read = (value: unknown, { type }: Column): Value =>
  value !== null && (type === 'boolean' || type === 'bigint') ? Number(value) : (value as Value);
