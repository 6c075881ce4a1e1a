import type { CountedCalls, MetricsStore } from '../../ports/store.ts';
import { keptMinutes, minuteOf } from '../call-minutes.ts';
import type { Database } from './database.ts';
import { and, asc, gt, lte, sql, sum } from './drizzle.ts';
import { sagemakerCallMinutes, sagemakerCalls } from './schema-operations.ts';

type CallMethods = 'addCalls' | 'calls' | 'recentCalls';

const { operation, result } = sagemakerCalls;
const inOrder = [asc(sql`${operation} collate "C"`), asc(sql`${result} collate "C"`)];

export const sagemakerCallStore = (database: Database): Pick<MetricsStore, CallMethods> => ({
  async addCalls({ calls, now }) {
    const minute = minuteOf(now);
    const counted = summed(calls);
    await database.write(async (tx) => {
      if (counted.length > 0) {
        await tx
          .insert(sagemakerCalls)
          .values(counted)
          .onConflictDoUpdate({
            target: [operation, result],
            set: { count: sql`${sagemakerCalls.count} + excluded.count` },
          });
        await tx
          .insert(sagemakerCallMinutes)
          .values(counted.map((call) => ({ ...call, minute })))
          .onConflictDoUpdate({
            target: [sagemakerCallMinutes.minute, sagemakerCallMinutes.operation, sagemakerCallMinutes.result],
            set: { count: sql`${sagemakerCallMinutes.count} + excluded.count` },
          });
      }
      // Those far in the future are of a clock that has been put back since. What others have in their hands stays for the next time.
      await tx.execute(sql`delete from sagemaker_call_minutes where (minute, operation, result) in
        (select minute, operation, result from sagemaker_call_minutes
          where minute < ${minute - keptMinutes} or minute > ${minute + keptMinutes} for update skip locked)`);
    });
  },

  calls: () =>
    database.read((db) =>
      db
        .select()
        .from(sagemakerCalls)
        .orderBy(...inOrder),
    ),

  recentCalls: ({ withinMs, now }) =>
    database.read((db) => {
      const { minute, operation: op, result: how, count } = sagemakerCallMinutes;
      return db
        .select({ operation: op, result: how, count: sum(count).mapWith(Number) })
        .from(sagemakerCallMinutes)
        .where(and(gt(minute, minuteOf(now - withinMs)), lte(minute, minuteOf(now))))
        .groupBy(op, how)
        .orderBy(asc(sql`${op} collate "C"`), asc(sql`${how} collate "C"`));
    }),
});

/**
 * Each counter once, as one statement needs it, and in one order: two transactions that lock the same counters in another order
 * deadlock (docs/reference/postgresql-behavior.md#rows-are-locked-in-the-order-of-the-values).
 */
function summed(calls: readonly CountedCalls[]): CountedCalls[] {
  const byCounter = Map.groupBy(calls, (call) => `${call.operation} ${call.result}`);
  const keys = [...byCounter.keys()].toSorted();
  return keys.flatMap((key) => {
    const [first, ...more] = byCounter.get(key) ?? [];
    return first === undefined ? [] : [{ ...first, count: more.reduce((total, call) => total + call.count, first.count) }];
  });
}
