import type { MetricsStore } from '../../ports/store.ts';
import { keptMinutes, minuteOf } from '../call-minutes.ts';
import type { Database } from './database.ts';
import { and, asc, gt, lt, lte, or, sql, sum } from './drizzle.ts';
import { sagemakerCallMinutes, sagemakerCalls } from './schema-operations.ts';

type CallMethods = 'addCalls' | 'calls' | 'recentCalls';

export const sagemakerCallStore = (database: Database): Pick<MetricsStore, CallMethods> => ({
  addCalls: ({ calls, now }) =>
    database.write((tx) => {
      const minute = minuteOf(now);
      for (const call of calls) {
        tx.insert(sagemakerCalls)
          .values(call)
          .onConflictDoUpdate({
            target: [sagemakerCalls.operation, sagemakerCalls.result],
            set: { count: sql`${sagemakerCalls.count} + excluded.count` },
          })
          .run();
        tx.insert(sagemakerCallMinutes)
          .values({ ...call, minute })
          .onConflictDoUpdate({
            target: [sagemakerCallMinutes.minute, sagemakerCallMinutes.operation, sagemakerCallMinutes.result],
            set: { count: sql`${sagemakerCallMinutes.count} + excluded.count` },
          })
          .run();
      }
      // Those far in the future are of a clock that has been put back since.
      const forgotten = or(
        lt(sagemakerCallMinutes.minute, minute - keptMinutes),
        gt(sagemakerCallMinutes.minute, minute + keptMinutes),
      );
      tx.delete(sagemakerCallMinutes).where(forgotten).run();
    }),

  calls: () =>
    database.read((db) =>
      db.select().from(sagemakerCalls).orderBy(asc(sagemakerCalls.operation), asc(sagemakerCalls.result)).all(),
    ),

  recentCalls: ({ withinMs, now }) =>
    database.read((db) =>
      db
        .select({
          operation: sagemakerCallMinutes.operation,
          result: sagemakerCallMinutes.result,
          count: sum(sagemakerCallMinutes.count).mapWith(Number),
        })
        .from(sagemakerCallMinutes)
        .where(and(gt(sagemakerCallMinutes.minute, minuteOf(now - withinMs)), lte(sagemakerCallMinutes.minute, minuteOf(now))))
        .groupBy(sagemakerCallMinutes.operation, sagemakerCallMinutes.result)
        .orderBy(asc(sagemakerCallMinutes.operation), asc(sagemakerCallMinutes.result))
        .all(),
    ),
});
