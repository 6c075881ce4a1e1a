/**
 * Advisory locks of transactions, by what they are about; PostgreSQL releases them with the transaction, also behind a pooler. A
 * transaction takes the first of its locks as its first statement, and never one of an earlier line after one of a later line.
 */
import type { SQL } from 'drizzle-orm';
import { sql } from './drizzle.ts';

const kinds = { migration: 1, endpoint: 2, runName: 3, skipped: 4, tallies: 5, historyWriters: 6, requestKey: 7 } as const;

/** Two keys that hash alike wait for each other, which is harmless. */
const lock = (kind: keyof typeof kinds, key: SQL | string): SQL =>
  sql`select pg_advisory_xact_lock(${sql.raw(String(kinds[kind]))}, hashtext(${key}))`;

/** For a transaction that carries out a request with an idempotency key: of two with the same key the second one finds the first. */
export const lockRequestKey = (key: string): SQL => lock('requestKey', key);

/**
 * For a transaction that reads several deployments of an endpoint and then writes one. Unique indexes catch two claims without it, and
 * nothing else catches that a deployment is claimed while an ended one turns out to be live, or that two go live under one number.
 */
export const lockEndpoint = (endpointKey: string): SQL => lock('endpoint', endpointKey);

/** For a transaction that decides whether there is a run of a training job, by its name in whatever case. */
export const lockRunName = (trainingJobName: string): SQL => lock('runName', trainingJobName.toLowerCase());

export const lockSkipped = (kind: string, name: string): SQL => lock('skipped', `${kind}:${name}`);

export const tryLockTallies = sql`select pg_try_advisory_xact_lock(${sql.raw(String(kinds.tallies))}, 0) as locked`;

/**
 * The transactions that have added to the history, or are about to, and have not ended. A trigger takes the lock before the first id is
 * given out (drizzle/postgres/0006_history_writers.sql); it is shared, so that no writer waits for another one.
 */
export const historyWriters = sql`select array_agg(pid || ':' || virtualtransaction) from pg_locks
  where locktype = 'advisory' and classid = ${sql.raw(String(kinds.historyWriters))} and objid = 0 and objsubid = 2
    and database = (select oid from pg_database where datname = current_database())`;

/** As text, for a connection that has no drizzle yet. */
export const lockMigration = `select pg_advisory_xact_lock(${kinds.migration}, 0)`;
