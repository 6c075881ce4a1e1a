import { maxSkipped, shortReason, type SkippedKind } from '../../core/skipped.ts';
import type { SkippedStore } from '../../ports/store.ts';
import type { Database, Db } from './database.ts';
import { and, asc, desc, eq, ne, sql } from './drizzle.ts';
import { lockSkipped } from './lock-keys.ts';
import { skipped } from './schema-operations.ts';

const oneOf = (kind: SkippedKind, name: string) => and(eq(skipped.kind, kind), eq(skipped.name, name));

/** Belongs into a transaction; returns whether it is news. */
export async function recordSkipped(tx: Db, kind: SkippedKind, name: string, words: string, now: number): Promise<boolean> {
  const reason = shortReason(words);
  await tx.execute(lockSkipped(kind, name));
  const [before] = await tx.select({ reason: skipped.reason }).from(skipped).where(oneOf(kind, name));
  await tx
    .insert(skipped)
    .values({ kind, name, reason, firstAt: now, lastAt: now, count: 1 })
    .onConflictDoUpdate({
      target: [skipped.kind, skipped.name],
      set: { reason, lastAt: now, count: sql`${skipped.count} + 1` },
    });
  if (before === undefined) await forgetOldest(tx, kind);
  return before?.reason !== reason;
}

/** By the order of recording: clocks may differ. What another transaction has in its hands stays for the next time. */
async function forgetOldest(tx: Db, kind: SkippedKind): Promise<void> {
  const surplus = sql`select seq from skipped where kind = ${kind} order by seq desc offset ${maxSkipped[kind]}`;
  await tx.execute(sql`delete from skipped where seq in
    (select seq from skipped where kind = ${kind} and seq in (${surplus}) for update skip locked)`);
}

/** Belongs into a transaction; returns whether it was skipped. */
export async function endSkipping(tx: Db, kind: SkippedKind, name: string): Promise<boolean> {
  const { rowCount } = await tx.delete(skipped).where(oneOf(kind, name));
  return (rowCount ?? 0) > 0;
}

export async function isSkipped(db: Db, kind: SkippedKind, name: string): Promise<boolean> {
  const rows = await db.select({ name: skipped.name }).from(skipped).where(oneOf(kind, name));
  return rows.length > 0;
}

export const skippedStore = (database: Database): SkippedStore => ({
  record: ({ kind, name, reason, now }) => database.write((tx) => recordSkipped(tx, kind, name, reason, now)),

  resolve: ({ kind, name }) => database.write((tx) => endSkipping(tx, kind, name)),

  list: () =>
    database.read((db) => {
      const { kind, name, reason, firstAt, lastAt, count } = skipped;
      return db
        .select({ kind, name, reason, firstAt, lastAt, count })
        .from(skipped)
        .where(ne(kind, 'removed_run'))
        .orderBy(desc(lastAt), asc(sql`${kind} collate "C"`), asc(sql`${name} collate "C"`));
    }),
});
