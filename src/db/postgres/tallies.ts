import type { Database, Db } from './database.ts';
import { sql } from './drizzle.ts';
import { foldChanges } from './fold-changes.ts';
import { tryLockTallies } from './lock-keys.ts';

/** How many changes make it worth while to count them up. */
const worthFolding = 500;

/** The counts of this name, as of one moment. */
export async function countsOf(db: Db, ...names: readonly string[]): Promise<TallyRow[]> {
  const wanted = sql.join(
    names.map((name) => sql`${name}`),
    sql`, `,
  );
  const { rows } = await db.execute<Record<keyof TallyRow, string>>(sql`
    select name, label, bucket, sum(count) as count, sum(sum_ms) as "sumMs"
    from (select name, label, bucket, count, sum_ms from tallies union all select name, label, bucket, count, sum_ms from tally_changes) both_of
    where name in (${wanted}) group by name, label, bucket order by name, label collate "C", bucket`);
  return rows.map(({ name, label, bucket, count, sumMs }) => ({
    name,
    label,
    bucket: Number(bucket),
    count: Number(count),
    sumMs: Number(sumMs),
  }));
}

export interface TallyRow {
  name: string;
  label: string;
  bucket: number;
  count: number;
  sumMs: number;
}

/** Counts up what triggers have recorded since the last time, where it is much and no other process does it. */
export const foldTallies = (database: Database): Promise<void> =>
  database.write(async (tx) => {
    const { rows } = await tx.execute<{ much: boolean }>(
      sql`select count(*) >= ${worthFolding} as much from (select 1 from tally_changes limit ${worthFolding}) of_them`,
    );
    if (rows[0]?.much !== true) return;
    const { rows: lock } = await tx.execute<{ locked: boolean }>(tryLockTallies);
    if (lock[0]?.locked !== true) return;
    await tx.execute(sql.raw(foldChanges));
  });
