/** The tables of the service itself, beside those of runs and deployments (schema.ts). */
import type { KeptEndpoint } from '../../core/deployment/kept-endpoint.ts';
import type { SkippedKind } from '../../core/skipped.ts';
import { integer, primaryKey, sqliteTable, text } from './drizzle.ts';

/** Tasks that one process at a time does for all (leases.ts): since when the lease holds, and how far the task has come. */
export const leases = sqliteTable('leases', {
  task: text().primaryKey(),
  takenAt: integer('taken_at'),
  checkpointAt: integer('checkpoint_at'),
});

/** Counters of SageMaker calls that API and workers add to, so that one /metrics covers all processes. */
export const sagemakerCalls = sqliteTable(
  'sagemaker_calls',
  { operation: text().notNull(), result: text().notNull(), count: integer().notNull() },
  (table) => [primaryKey({ columns: [table.operation, table.result] })],
);

/** The same counters a minute each, of the last hour, so that /status can tell what happens now. `minute` is minutes since 1970 UTC. */
export const sagemakerCallMinutes = sqliteTable(
  'sagemaker_call_minutes',
  { minute: integer().notNull(), operation: text().notNull(), result: text().notNull(), count: integer().notNull() },
  (table) => [primaryKey({ columns: [table.minute, table.operation, table.result] })],
);

/** One row: the id of this database, by which processes notice that they do not share it. */
export const installation = sqliteTable('installation', {
  only: integer().primaryKey(),
  databaseId: text('database_id').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** The processes of the service, each with when it was last seen. */
export const processes = sqliteTable('processes', {
  /** `<host>-<pid>-<random>`: one start of one process. */
  name: text().primaryKey(),
  service: text().$type<'api' | 'worker'>().notNull(),
  version: text().notNull(),
  startedAt: integer('started_at').notNull(),
  lastSeenAt: integer('last_seen_at').notNull(),
  /** What keeps it from working, for people to read; null when nothing does. */
  problem: text(),
  clockSkewMs: integer('clock_skew_ms'),
});

/** Counts over all runs and deployments, so that no query has to read them; kept by triggers (derived.ts). */
export const tallies = sqliteTable(
  'tallies',
  {
    /** What is counted. */
    name: text().notNull(),
    label: text().notNull(),
    /** Of a histogram. */
    bucket: integer().notNull(),
    count: integer().notNull(),
    sumMs: integer('sum_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.label, table.bucket] })],
);

/** How endpoints scaled that were deleted to be created again, with their tags and counts, until that is put back. */
export const autoscaling = sqliteTable('autoscaling', {
  endpointKey: text('endpoint_key').primaryKey(),
  content: text({ mode: 'json' }).$type<KeptEndpoint>().notNull(),
  recordedAt: integer('recorded_at').notNull(),
});

/** Which version of the service brought the database to so many migrations, for an older one to name it. */
export const migratedBy = sqliteTable('migrated_by', {
  migrations: integer().primaryKey(),
  version: text().notNull(),
  at: integer().notNull(),
  /** How many migrations a program has to know to work with the database all the same. */
  worksWith: integer('works_with'),
});

/** Training jobs, runs, deployments and endpoints that a loop over many could not handle and skipped. */
export const skipped = sqliteTable(
  'skipped',
  {
    kind: text().$type<SkippedKind>().notNull(),
    name: text().notNull(),
    reason: text().notNull(),
    firstAt: integer('first_at').notNull(),
    lastAt: integer('last_at').notNull(),
    count: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.name] })],
);
