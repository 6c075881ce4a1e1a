import type { SQL } from 'drizzle-orm';
import type { NewNotification } from '../../core/delivery/notification.ts';
import { dayMs } from '../../core/retention.ts';
import type { NotificationStore } from '../../ports/store.ts';
import { type NotificationTally, notificationTally, toNotificationCounts } from '../tallies.ts';
import type { Database } from './database.ts';
import { and, asc, count, eq, inArray, isNotNull, isNull, lt, notInArray, sql } from './drizzle.ts';
import type { Db } from './open.ts';
import { deployments } from './schema.ts';
import { notifications } from './schema-delivery.ts';
import { tallies } from './schema-operations.ts';
import type { Tx } from './write-tx.ts';

/** Belongs into the transaction of the change that they report. One whose `webhookId` is there already is left as it is. */
export function addNotifications(tx: Tx | Db, rows: readonly NewNotification[]): void {
  for (const row of rows) {
    tx.insert(notifications)
      .values({ ...row, nextAt: row.createdAt })
      .onConflictDoNothing({ target: notifications.webhookId })
      .run();
  }
}

const { seq, webhookId, deploymentId, event, url, secretEnv, body, createdAt, attempts, nextAt, endedAt } = notifications;
const columns = { seq, webhookId, deploymentId, event, url, secretEnv, body, createdAt, attempts, nextAt };
const waits = isNull(endedAt);

/** Those of deployments that are to be deleted, but for what still waits: pruneEnded deletes that once it has ended. */
export const endedOf = (deployment: SQL | undefined): SQL | undefined =>
  and(isNotNull(endedAt), sql`${deploymentId} in (select ${deployments.deploymentId} from ${deployments} where ${deployment})`);

export const notificationStore = (database: Database): NotificationStore => ({
  add: (rows) => database.write((tx) => addNotifications(tx, rows)),

  listDue: ({ now, limit, except = { urls: [], seqs: [] } }) =>
    database.read((db) =>
      db
        .select(columns)
        .from(notifications)
        .where(
          and(
            waits,
            // One that lies further ahead than any retry was put there by a clock that was ahead.
            sql`(${nextAt} <= ${now} or ${nextAt} > ${now + dayMs})`,
            notInArray(url, [...except.urls]),
            notInArray(seq, [...except.seqs]),
          ),
        )
        .orderBy(asc(nextAt), asc(seq))
        .limit(limit)
        .all(),
    ),

  recordSent: ({ seq: one, now }) =>
    database.write((tx) => {
      const set = { endedAt: now, lastError: null };
      return changed(tx, one, set, ['sent']);
    }),

  recordFailed: ({ seq: one, nextAt: next, error }) =>
    database.write((tx) => {
      const set = { nextAt: next, lastError: error, attempts: sql`${attempts} + 1` };
      return changed(tx, one, set, ['failed_try']);
    }),

  abandon: ({ seq: one, error, now }) =>
    database.write((tx) => {
      const set = { endedAt: now, lastError: error, attempts: sql`${attempts} + 1` };
      return changed(tx, one, set, ['failed_try', 'abandoned']);
    }),

  postpone: ({ url: receiver, until }) =>
    database.write((tx) => {
      tx.update(notifications)
        .set({ nextAt: until })
        .where(and(waits, lt(nextAt, until), eq(url, receiver)))
        .run();
    }),

  pruneEnded: ({ endedBefore, limit }) =>
    database.write((tx) => {
      const old = tx.select({ seq }).from(notifications).where(lt(endedAt, endedBefore)).limit(limit);
      return tx.delete(notifications).where(inArray(seq, old)).run().changes;
    }),

  counts: () =>
    database.read((db) => {
      const counted = db.select().from(tallies).where(eq(tallies.name, notificationTally)).all();
      const [waiting] = db.select({ count: count() }).from(notifications).where(waits).all();
      return toNotificationCounts(counted, waiting?.count ?? 0);
    }),
});

/** Changes one that waits, and counts that; false when it has ended. */
function changed(
  tx: Tx,
  one: number,
  set: Parameters<ReturnType<typeof tx.update<typeof notifications>>['set']>[0],
  labels: readonly NotificationTally[],
): boolean {
  const { changes } = tx
    .update(notifications)
    .set(set)
    .where(and(eq(seq, one), waits))
    .run();
  if (changes === 0) return false;
  for (const label of labels) {
    tx.insert(tallies)
      .values({ name: notificationTally, label, bucket: 0, count: 1, sumMs: 0 })
      .onConflictDoUpdate({
        target: [tallies.name, tallies.label, tallies.bucket],
        set: { count: sql`${tallies.count} + excluded.count` },
      })
      .run();
  }
  return true;
}
