import { createRequire } from 'node:module';
import type * as Drizzle from 'drizzle-orm';
import type * as PgCore from 'drizzle-orm/pg-core';
import type * as SqliteCore from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import * as pgDelivery from '../../src/db/postgres/schema-delivery.ts';
import * as pgHistory from '../../src/db/postgres/schema-history.ts';
import * as pgOperations from '../../src/db/postgres/schema-operations.ts';
import * as pgSchema from '../../src/db/postgres/schema.ts';
import * as sqliteDelivery from '../../src/db/sqlite/schema-delivery.ts';
import * as sqliteHistory from '../../src/db/sqlite/schema-history.ts';
import * as sqliteOperations from '../../src/db/sqlite/schema-operations.ts';
import * as sqliteSchema from '../../src/db/sqlite/schema.ts';

// As the sources load it: another copy would not know their tables.
const require = createRequire(import.meta.url);
const { is } = require('drizzle-orm') as typeof Drizzle;
const pg = require('drizzle-orm/pg-core') as typeof PgCore;
const sqlite = require('drizzle-orm/sqlite-core') as typeof SqliteCore;

interface Column {
  notNull: boolean;
  primary: boolean;
  hasDefault: boolean;
}

interface Shape {
  columns: Record<string, Column>;
  primaryKey: string[];
  indexes: Record<string, { unique: boolean; partial: boolean; columns: number }>;
  checks: string[];
  references: string[];
}

type Config = ReturnType<typeof pg.getTableConfig> | ReturnType<typeof sqlite.getTableConfig>;

function shapeOf(config: Config): [string, Shape] {
  const columns = config.columns.map((column): [string, Column] => {
    const { name, notNull, primary } = column;
    // What an engine counts up by itself has no default to name.
    return [name, { notNull, primary, hasDefault: column.hasDefault && !primary }];
  });
  const indexes = config.indexes.map(({ config: index }): [string, Shape['indexes'][string]] => [
    index.name ?? '',
    { unique: index.unique, partial: index.where !== undefined, columns: index.columns.length },
  ]);
  return [
    config.name,
    {
      columns: Object.fromEntries(columns),
      primaryKey: config.primaryKeys.flatMap((key) => key.columns.map(({ name }) => name)),
      indexes: Object.fromEntries(indexes),
      checks: config.checks.map(({ name }) => name).toSorted(),
      references: config.foreignKeys.map((key) => {
        const { columns: from, foreignTable } = key.reference();
        const target = is(foreignTable, pg.PgTable) ? pg.getTableConfig(foreignTable) : sqlite.getTableConfig(foreignTable);
        return `${from.map(({ name }) => name).join()} of ${target.name}: ${key.onDelete ?? 'no action'}`;
      }),
    },
  ];
}

const onPg = Object.fromEntries(
  Object.values({ ...pgSchema, ...pgHistory, ...pgOperations, ...pgDelivery }).flatMap((table) =>
    is(table, pg.PgTable) ? [shapeOf(pg.getTableConfig(table))] : [],
  ),
);
const onSqlite = Object.fromEntries(
  Object.values({ ...sqliteSchema, ...sqliteHistory, ...sqliteOperations, ...sqliteDelivery }).flatMap((table) =>
    is(table, sqlite.SQLiteTable) ? [shapeOf(sqlite.getTableConfig(table))] : [],
  ),
);

/** What only PostgreSQL has, and why: src/db/postgres/schema-operations.ts. */
const ownTables = ['tally_changes'];
const ownColumns: Record<string, string[]> = { skipped: ['seq'] };
const ownIndexes = ['skipped_order'];

describe('the schemas of both engines', () => {
  it('have the same tables', () => {
    expect(Object.keys(onSqlite).length).toBeGreaterThan(8);
    expect(Object.keys(onPg).toSorted()).toEqual([...Object.keys(onSqlite), ...ownTables].toSorted());
  });

  it.each(Object.keys(onSqlite))('have the same columns, keys, indexes and checks of %s', (name) => {
    const { columns, indexes, ...others } = onPg[name]!;
    const without = <T>(values: Record<string, T>, own: readonly string[]) =>
      Object.fromEntries(Object.entries(values).filter(([key]) => !own.includes(key)));
    expect({
      columns: without(columns, ownColumns[name] ?? []),
      indexes: without(indexes, ownIndexes),
      ...others,
    }).toEqual(onSqlite[name]);
  });
});
