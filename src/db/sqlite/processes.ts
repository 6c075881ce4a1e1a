import { randomUUID } from 'node:crypto';
import { forgottenAfterMs } from '../../core/service-process.ts';
import type { ProcessStore } from '../../ports/store.ts';
import { type Database, prepared } from './database.ts';
import { asc, eq, gt, lt, or } from './drizzle.ts';
import { installation, processes } from './schema-operations.ts';

/** The one row's key. */
const only = 1;

/** Each process reads it every few seconds. */
const statements = prepared((db) => ({
  installation: db.select().from(installation).where(eq(installation.only, only)).prepare(),
}));

export const processStore = (database: Database): ProcessStore => ({
  recordHeartbeat: (process) =>
    database.write((tx) => {
      tx.insert(processes).values(process).onConflictDoUpdate({ target: processes.name, set: process }).run();
      const { lastSeenAt } = process;
      tx.delete(processes)
        .where(
          or(lt(processes.lastSeenAt, lastSeenAt - forgottenAfterMs), gt(processes.lastSeenAt, lastSeenAt + forgottenAfterMs)),
        )
        .run();
    }),

  forget: (name) => database.write((tx) => void tx.delete(processes).where(eq(processes.name, name)).run()),

  list: () => database.read((db) => db.select().from(processes).orderBy(asc(processes.startedAt), asc(processes.name)).all()),

  async databaseId(now) {
    const known = await database.read((db) => statements(db).installation.get() ?? null);
    if (known !== null) return known.databaseId;
    return database.write((tx) => {
      tx.insert(installation).values({ only, databaseId: randomUUID(), createdAt: now }).onConflictDoNothing().run();
      const made = tx.select().from(installation).where(eq(installation.only, only)).get();
      if (made === undefined) throw new Error('the id of the database was not written');
      return made.databaseId;
    });
  },
});
