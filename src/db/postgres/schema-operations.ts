/** The tables of the service itself, beside those of runs and deployments (schema.ts). What each is for: ../sqlite/schema-operations.ts. */
import type { KeptEndpoint } from '../../core/deployment/kept-endpoint.ts';
import type { SkippedKind } from '../../core/skipped.ts';
import { instant, json, seq, wide } from './columns.ts';
import { bigint, index, integer, pgTable, primaryKey, text } from './drizzle.ts';

export const leases = pgTable('leases', {
  task: text().primaryKey(),
  takenAt: instant('taken_at'),
  checkpointAt: instant('checkpoint_at'),
});

export const sagemakerCalls = pgTable(
  'sagemaker_calls',
  { operation: text().notNull(), result: text().notNull(), count: wide('count').notNull() },
  (table) => [primaryKey({ columns: [table.operation, table.result] })],
);

export const sagemakerCallMinutes = pgTable(
  'sagemaker_call_minutes',
  { minute: integer().notNull(), operation: text().notNull(), result: text().notNull(), count: wide('count').notNull() },
  (table) => [primaryKey({ columns: [table.minute, table.operation, table.result] })],
);

export const installation = pgTable('installation', {
  only: integer().primaryKey(),
  databaseId: text('database_id').notNull(),
  createdAt: instant('created_at').notNull(),
});

export const processes = pgTable('processes', {
  name: text().primaryKey(),
  service: text().$type<'api' | 'worker'>().notNull(),
  version: text().notNull(),
  startedAt: instant('started_at').notNull(),
  lastSeenAt: instant('last_seen_at').notNull(),
  problem: text(),
  clockSkewMs: integer('clock_skew_ms'),
});

const tally = () => ({
  name: text().notNull(),
  label: text().notNull(),
  bucket: integer().notNull(),
  count: wide('count').notNull(),
  sumMs: wide('sum_ms').notNull(),
});

/** What has been counted up so far; `tally_changes` has the rest. */
export const tallies = pgTable('tallies', tally(), (table) => [primaryKey({ columns: [table.name, table.label, table.bucket] })]);

/**
 * What triggers have counted since (derived.ts), a row a change: were they to add to `tallies`, every transaction would wait for the one
 * before it, and two that count in another order would deadlock.
 */
export const tallyChanges = pgTable('tally_changes', { seq: seq(), ...tally() });

export const migratedBy = pgTable('migrated_by', {
  migrations: integer().primaryKey(),
  version: text().notNull(),
  at: instant('at').notNull(),
  worksWith: integer('works_with'),
});

export const autoscaling = pgTable('autoscaling', {
  endpointKey: text('endpoint_key').primaryKey(),
  content: json<KeptEndpoint>('content').notNull(),
  recordedAt: instant('recorded_at').notNull(),
});

export const skipped = pgTable(
  'skipped',
  {
    /** The order of recording, which SQLite has in its rowid. */
    seq: bigint({ mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    kind: text().$type<SkippedKind>().notNull(),
    name: text().notNull(),
    reason: text().notNull(),
    firstAt: instant('first_at').notNull(),
    lastAt: instant('last_at').notNull(),
    count: wide('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.name] }), index('skipped_order').on(table.kind, table.seq)],
);
