import { and, asc, desc, eq, ne, sql } from './drizzle.ts';
import { maxSkipped, type SkippedKind, shortReason } from '../../core/skipped.ts';
import type { SkippedStore } from '../../ports/store.ts';
import type { Database } from './database.ts';
import type { Db } from './open.ts';
import { skipped } from './schema-operations.ts';
import type { Tx } from './write-tx.ts';

const oneOf = (kind: SkippedKind, name: string) => and(eq(skipped.kind, kind), eq(skipped.name, name));

/** Belongs into a transaction; returns whether it is news. */
export function recordSkipped(tx: Tx, kind: SkippedKind, name: string, words: string, now: number): boolean {
  const reason = shortReason(words);
  const before = tx.select().from(skipped).where(oneOf(kind, name)).get();
  tx.insert(skipped)
    .values({ kind, name, reason, firstAt: now, lastAt: now, count: 1 })
    .onConflictDoUpdate({
      target: [skipped.kind, skipped.name],
      set: { reason, lastAt: now, count: sql`${skipped.count} + 1` },
    })
    .run();
  if (before === undefined) {
    // By the order of recording: clocks may differ.
    const kept = sql`select rowid from skipped where kind = ${kind} order by rowid desc limit ${maxSkipped[kind]}`;
    tx.delete(skipped)
      .where(and(eq(skipped.kind, kind), sql`rowid not in (${kept})`))
      .run();
  }
  return before?.reason !== reason;
}

/** Belongs into a transaction; returns whether it was skipped. */
export const endSkipping = (tx: Tx, kind: SkippedKind, name: string): boolean =>
  tx.delete(skipped).where(oneOf(kind, name)).run().changes > 0;

export const isSkipped = (db: Db | Tx, kind: SkippedKind, name: string): boolean =>
  db.select({ name: skipped.name }).from(skipped).where(oneOf(kind, name)).get() !== undefined;

export const skippedStore = (database: Database): SkippedStore => ({
  record: ({ kind, name, reason, now }) => database.write((tx) => recordSkipped(tx, kind, name, reason, now)),

  resolve: ({ kind, name }) => database.write((tx) => endSkipping(tx, kind, name)),

  list: () =>
    database.read((db) =>
      db
        .select()
        .from(skipped)
        .where(ne(skipped.kind, 'removed_run'))
        .orderBy(desc(skipped.lastAt), asc(skipped.kind), asc(skipped.name))
        .all(),
    ),
});
