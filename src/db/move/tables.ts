/** Which tables are carried over. Columns that only one engine has are named here, and any other difference is refused. */
import { MoveRefused } from './refusal.ts';

/** In this order: a row comes after those that it refers to. */
export const movedTables = [
  'training_runs',
  'deployments',
  'history',
  'leases',
  'sagemaker_calls',
  'sagemaker_call_minutes',
  'tallies',
  'skipped',
  'autoscaling',
  'endpoints',
  'guard_alarms',
  'notifications',
  'request_keys',
] as const;
export type MovedTable = (typeof movedTables)[number];

/**
 * Each database has its own: its migrations, its id (by which processes tell that they do not share it, so that one that still has the
 * source is refused), and the processes that use it.
 */
const ownTables: readonly string[] = ['__drizzle_migrations', 'migrated_by', 'installation', 'processes', 'tally_changes'];

/** What the programs write: a target in which one of these has rows is not empty. */
export const writtenTables: readonly string[] = [...movedTables, 'installation', 'processes', 'tally_changes'];

/** SQLite has the order of recording in its rowid. */
const onlyInPostgres: Partial<Record<MovedTable, readonly string[]>> = { skipped: ['seq'] };

export type ColumnType = 'bigint' | 'integer' | 'text' | 'boolean';

export interface Column {
  name: string;
  type: ColumnType;
}

export interface Columns {
  /** Of each table. */
  source: ReadonlyMap<string, readonly string[]>;
  target: ReadonlyMap<string, readonly Column[]>;
}

/** The columns to carry over, by table. @throws {MoveRefused} where the two databases differ in what this version does not know. */
export function columnsToMove({ source, target }: Columns): Map<MovedTable, Column[]> {
  const known = new Set<string>([...movedTables, ...ownTables]);
  const unknown = [...source.keys(), ...target.keys()].find((table) => !known.has(table));
  if (unknown !== undefined) throw new MoveRefused(`This version does not know how to move the table ${unknown}.`);
  return new Map(
    movedTables.map((table) => {
      const columns = (target.get(table) ?? []).filter(({ name }) => !onlyInPostgres[table]?.includes(name));
      const names = new Set(columns.map(({ name }) => name));
      const from = new Set(source.get(table) ?? []);
      const differing = [...[...names].filter((name) => !from.has(name)), ...[...from].filter((name) => !names.has(name))];
      if (columns.length === 0 || differing.length > 0)
        throw new MoveRefused(`The databases differ in the table ${table}: ${differing.join(', ') || 'it is missing'}.`);
      return [table, columns];
    }),
  );
}
