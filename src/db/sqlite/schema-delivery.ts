/** The tables of safe delivery: holds, guard alarms and notifications. */
import type { NotifyEvent } from '../../core/delivery/policy.ts';
import { index, integer, sql, sqliteTable, text, uniqueIndex } from './drizzle.ts';
import { trainingRuns } from './schema.ts';

/** What is known of an endpoint that is not of one deployment. */
export const endpoints = sqliteTable('endpoints', {
  endpointKey: text('endpoint_key').primaryKey(),
  endpointName: text('endpoint_name').notNull(),
  heldSince: integer('held_since'),
  heldBy: text('held_by'),
  holdReason: text('hold_reason'),
  /** Trainings from before it are not deployed by themselves. */
  rolledBackAt: integer('rolled_back_at'),
  /** Whether the endpoint's tags at SageMaker do not say the same yet. */
  tagsDue: integer('tags_due', { mode: 'boolean' }).notNull().default(false),
});

/** Alarms of CloudWatch that the service makes for a rollout: recorded before they are made, deleted after they are removed. */
export const guardAlarms = sqliteTable(
  'guard_alarms',
  {
    alarmName: text('alarm_name').primaryKey(),
    deploymentId: text('deployment_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('guard_alarms_deployment').on(table.deploymentId)],
);

/** Idempotency keys of requests about a run that was there already, each written in the transaction of its change. */
export const requestKeys = sqliteTable(
  'request_keys',
  {
    key: text().primaryKey(),
    /** Of all that the request says. */
    digest: text().notNull(),
    runSeq: integer('run_seq')
      .notNull()
      .references(() => trainingRuns.seq, { onDelete: 'cascade' }),
    /** What it has created, or found; null for a stop. */
    deploymentId: text('deployment_id'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('request_keys_run').on(table.runSeq)],
);

/** The outbox of notifications, each written in the transaction of the change that it reports. */
export const notifications = sqliteTable(
  'notifications',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    /** The same at each try: what the receiver knows a repetition by. */
    webhookId: text('webhook_id').notNull(),
    deploymentId: text('deployment_id').notNull(),
    event: text().$type<NotifyEvent>().notNull(),
    url: text().notNull(),
    /** The variable of the environment that holds the secret to sign with. */
    secretEnv: text('secret_env'),
    body: text().notNull(),
    createdAt: integer('created_at').notNull(),
    attempts: integer().notNull().default(0),
    nextAt: integer('next_at').notNull(),
    endedAt: integer('ended_at'),
    lastError: text('last_error'),
  },
  (table) => [
    uniqueIndex('notifications_webhook_id').on(table.webhookId),
    index('notifications_due')
      .on(table.nextAt)
      .where(sql`${table.endedAt} is null`),
    index('notifications_deployment').on(table.deploymentId),
  ],
);
