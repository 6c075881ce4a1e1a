import { randomUUID } from 'node:crypto';
import { forgottenAfterMs } from '../../core/service-process.ts';
import type { ProcessStore } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { asc, eq, sql } from './drizzle.ts';
import { installation, processes } from './schema-operations.ts';
import { foldTallies } from './tallies.ts';

/** The one row's key. */
const only = 1;

export const processStore = (database: Database): ProcessStore => ({
  async recordHeartbeat(process) {
    const { lastSeenAt } = process;
    await database.write(async (tx) => {
      await tx.insert(processes).values(process).onConflictDoUpdate({ target: processes.name, set: process });
      // What another process is about to delete is left to it.
      await tx.execute(sql`delete from processes where name in (select name from processes
        where last_seen_at < ${lastSeenAt - forgottenAfterMs} or last_seen_at > ${lastSeenAt + forgottenAfterMs}
        for update skip locked)`);
    });
    await foldTallies(database);
  },

  forget: (name) =>
    database.write(async (tx) => {
      await tx.delete(processes).where(eq(processes.name, name));
    }),

  list: () =>
    database.read((db) =>
      db
        .select()
        .from(processes)
        .orderBy(asc(processes.startedAt), asc(sql`${processes.name} collate "C"`)),
    ),

  async databaseId(now) {
    const find = () =>
      database.read(async (db) => {
        const [known] = await db.select().from(installation).where(eq(installation.only, only));
        return known?.databaseId ?? null;
      });
    const known = await find();
    if (known !== null) return known;
    await database.write(async (tx) => {
      await tx.insert(installation).values({ only, databaseId: randomUUID(), createdAt: now }).onConflictDoNothing();
    });
    const made = await find();
    if (made === null) throw new Error('the id of the database was not written');
    return made;
  },
});
