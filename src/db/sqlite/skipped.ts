import { and, asc, desc, eq, ne, sql } from './drizzle.ts';
import { mostPassedOver, type PassedOverKind, shortReason } from '../../core/skipped.ts';
import type { Store } from '../../ports/store.ts';
import type { Database } from './database.ts';
import type { Db } from './open.ts';
import { passedOver } from './schema.ts';
import type { Tx } from './write-tx.ts';

type PassingOver = 'passOver' | 'takeUpAgain' | 'passedOver';

const oneOf = (kind: PassedOverKind, name: string) => and(eq(passedOver.kind, kind), eq(passedOver.name, name));

/** Belongs into a transaction; answers whether it is news. */
export function notePassedOver(tx: Tx, kind: PassedOverKind, name: string, words: string, now: number): boolean {
  const reason = shortReason(words);
  const before = tx.select().from(passedOver).where(oneOf(kind, name)).get();
  tx.insert(passedOver)
    .values({ kind, name, reason, firstAt: now, lastAt: now, count: 1 })
    .onConflictDoUpdate({
      target: [passedOver.kind, passedOver.name],
      set: { reason, lastAt: now, count: sql`${passedOver.count} + 1` },
    })
    .run();
  if (before === undefined) {
    // By the order of recording: clocks may differ.
    const kept = sql`select rowid from passed_over where kind = ${kind} order by rowid desc limit ${mostPassedOver[kind]}`;
    tx.delete(passedOver)
      .where(and(eq(passedOver.kind, kind), sql`rowid not in (${kept})`))
      .run();
  }
  return before?.reason !== reason;
}

/** Belongs into a transaction; answers whether it was passed over. */
export const endPassingOver = (tx: Tx, kind: PassedOverKind, name: string): boolean =>
  tx.delete(passedOver).where(oneOf(kind, name)).run().changes > 0;

export const isPassedOver = (db: Db | Tx, kind: PassedOverKind, name: string): boolean =>
  db.select({ name: passedOver.name }).from(passedOver).where(oneOf(kind, name)).get() !== undefined;

export const passingOver = (database: Database): Pick<Store, PassingOver> => ({
  passOver: (kind, name, reason, now) => database.write((tx) => notePassedOver(tx, kind, name, reason, now)),

  takeUpAgain: (kind, name) => database.write((tx) => endPassingOver(tx, kind, name)),

  passedOver: () =>
    database.read((db) =>
      db
        .select()
        .from(passedOver)
        .where(ne(passedOver.kind, 'removed_run'))
        .orderBy(desc(passedOver.lastAt), asc(passedOver.kind), asc(passedOver.name))
        .all(),
    ),
});
