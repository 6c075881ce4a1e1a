import type { SQL } from 'drizzle-orm';
import type { NewNotification } from '../../core/delivery/notification.ts';
import { dayMs } from '../../core/retention.ts';
import type { NotificationStore } from '../../ports/store.ts';
import { type NotificationTally, notificationTally, toNotificationCounts } from '../tallies.ts';
import type { Database, Db } from './database.ts';
import { and, asc, count, eq, inArray, isNotNull, isNull, lt, notInArray, sql } from './drizzle.ts';
import { deployments } from './schema.ts';
import { notifications } from './schema-delivery.ts';
import { countsOf } from './tallies.ts';

/** Belongs into the transaction of the change that they report. One whose `webhookId` is there already is left as it is. */
export async function addNotifications(tx: Db, rows: readonly NewNotification[]): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insert(notifications)
    .values(rows.map((row) => ({ ...row, nextAt: row.createdAt })))
    .onConflictDoNothing({ target: notifications.webhookId });
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
            sql`(${nextAt} <= ${now}::bigint or ${nextAt} > ${now + dayMs}::bigint)`,
            notInArray(url, [...except.urls]),
            notInArray(seq, [...except.seqs]),
          ),
        )
        .orderBy(asc(nextAt), asc(seq))
        .limit(limit),
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
    database.write(async (tx) => {
      // In this order in every transaction, so that two of them do not wait for each other.
      const waiting = tx
        .select({ seq })
        .from(notifications)
        .where(and(waits, lt(nextAt, until), eq(url, receiver)))
        .orderBy(asc(seq))
        .for('update');
      await tx.update(notifications).set({ nextAt: until }).where(inArray(seq, waiting));
    }),

  pruneEnded: ({ endedBefore, limit }) =>
    database.write(async (tx) => {
      const old = tx
        .select({ seq })
        .from(notifications)
        .where(lt(endedAt, endedBefore))
        .limit(limit)
        .for('update', { skipLocked: true });
      const { rowCount } = await tx.delete(notifications).where(inArray(seq, old));
      return rowCount ?? 0;
    }),

  counts: () =>
    database.read(async (db) => {
      const counted = await countsOf(db, notificationTally);
      const [waiting] = await db.select({ count: count() }).from(notifications).where(waits);
      return toNotificationCounts(counted, waiting?.count ?? 0);
    }),
});

/** Changes one that waits, and counts that; false when it has ended. */
async function changed(
  tx: Db,
  one: number,
  set: Parameters<ReturnType<typeof tx.update<typeof notifications>>['set']>[0],
  labels: readonly NotificationTally[],
): Promise<boolean> {
  const { rowCount } = await tx
    .update(notifications)
    .set(set)
    .where(and(eq(seq, one), waits));
  if ((rowCount ?? 0) === 0) return false;
  for (const label of labels) {
    await tx.execute(
      sql`insert into tally_changes (name, label, bucket, count, sum_ms) values (${notificationTally}, ${label}, 0, 1, 0)`,
    );
  }
  return true;
}
