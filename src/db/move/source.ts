import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { isAlive, type ServiceProcess } from '../../core/service-process.ts';
import { newestMigration, lastApplied } from '../sqlite/migrate.ts';
import { storable } from '../storable.ts';
import type { Value } from './digest.ts';
import { MoveRefused } from './refusal.ts';
import type { Column } from './tables.ts';

const lockWaitMs = 5000;
const batchRows = 1000;

/** The SQLite file that is moved. Nothing else writes to it while this is open. */
export class Source {
  readonly #sqlite: Sqlite.Database;

  private constructor(sqlite: Sqlite.Database) {
    this.#sqlite = sqlite;
  }

  /** Takes the write lock. @throws {MoveRefused} for a file that can't be moved as it is. */
  static open(path: string, now: number): Source {
    if (!existsSync(path)) throw new MoveRefused(`There is no file ${path}.`);
    const sqlite = new Sqlite(path, { fileMustExist: true, timeout: lockWaitMs });
    try {
      refuseOtherSchema(sqlite);
      sqlite.exec('begin immediate');
      refuseLiving(sqlite.prepare<[], ServiceProcess>('select name, last_seen_at as lastSeenAt from processes').all(), now);
      return new Source(sqlite);
    } catch (error) {
      sqlite.close();
      throw toRefusal(error, path);
    }
  }

  /** The columns of each table. */
  columns(): Map<string, string[]> {
    const tables = this.#sqlite
      .prepare<[], string>("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
      .pluck()
      .all();
    return new Map(
      tables.map((table) => [
        table,
        this.#sqlite.prepare<[string], string>('select name from pragma_table_info(?)').pluck().all(table),
      ]),
    );
  }

  /** The rows of a table in the order of recording, a batch at a time. */
  *batches(table: string, columns: readonly Column[]): Generator<Value[][]> {
    const list = columns.map(({ name }) => `"${name}"`).join(', ');
    const rows = this.#sqlite.prepare<[], Value[]>(`select ${list} from ${table} order by rowid`).raw().iterate();
    let batch: Value[][] = [];
    for (const row of rows) {
      batch.push(row.map((value) => storable(value)));
      if (batch.length < batchRows) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  close(): void {
    this.#sqlite.close();
  }
}

function refuseOtherSchema(sqlite: Sqlite.Database): void {
  const [last, newest] = [lastApplied(sqlite), newestMigration()];
  if (last === 0) throw new MoveRefused('The source is no database of this service.');
  if (last < newest)
    throw new MoveRefused('The source needs a migration: run `npm run db:migrate` with its address in DATABASE_URL.');
  if (last > newest) throw new MoveRefused('A newer version of the service migrated the source: move it with that version.');
}

/** @throws {MoveRefused} that names a process which was seen a moment ago. */
export function refuseLiving(processes: readonly Pick<ServiceProcess, 'name' | 'lastSeenAt'>[], now: number): void {
  const living = processes.find((one) => isAlive(one, now));
  if (living === undefined) return;
  throw new MoveRefused(
    `The process ${living.name} was seen ${Math.max(0, Math.round((now - living.lastSeenAt) / 1000))} s ago: stop all programs first. One that was killed counts as stopped after 20 s.`,
  );
}

function toRefusal(error: unknown, path: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error;
  if (error.code.startsWith('SQLITE_BUSY')) return new MoveRefused(`Another program has ${path} locked: stop it first.`);
  return new MoveRefused(`${path} can't be read: ${error.message} (${error.code}).`);
}
