import type { SQL } from 'drizzle-orm';
import { and, asc, desc, eq, inArray, lt, sql } from './drizzle.ts';
import type { Deployment } from '../../core/deployment/deployment.ts';
import { historyPageSize } from '../../core/history.ts';
import { deploymentTransitions } from '../../core/deployment/transitions.ts';
import { assertTransition } from '../../core/transitions.ts';
import { trainingRunTransitions } from '../../core/training/transitions.ts';
import type { TrainingRunStatus } from '../../core/training/training-run.ts';
import type { HistoryStore } from '../../ports/store.ts';
import { announcements, type DeploymentChange } from '../announcements.ts';
import { entriesOf, windowOf } from '../history-pages.ts';
import { type Change, type EndpointChangeName, type Entry, isCounted, repeatsAmong } from '../history-entry.ts';
import { type Database, prepared } from './database.ts';
import type { Db } from './open.ts';
import { addNotifications } from './notifications.ts';
import { history } from './schema-history.ts';
import { trainingRuns } from './schema.ts';

const insert = prepared((db) =>
  db
    .insert(history)
    .values({
      runSeq: sql.placeholder('runSeq'),
      deploymentId: sql.placeholder('deploymentId'),
      at: sql.placeholder('at'),
      subject: sql.placeholder('subject'),
      from: sql.placeholder('from'),
      to: sql.placeholder('to'),
      actor: sql.placeholder('actor'),
      by: sql.placeholder('by'),
      reason: sql.placeholder('reason'),
      detail: sql.placeholder('detail'),
      endpointName: sql.placeholder('endpointName'),
    })
    .prepare(),
);

const recent = prepared((db) => {
  const last = db
    .select({ seq: history.seq })
    .from(history)
    .where(eq(history.runSeq, sql.placeholder('runSeq')))
    .orderBy(desc(history.seq))
    .limit(repeatsAmong);
  return db
    .update(history)
    .set({ repeats: sql`${history.repeats} + 1`, lastAt: sql`${sql.placeholder('at')}` })
    .where(
      and(
        inArray(history.seq, last),
        sql`${history.from} is ${history.to}`,
        sql`(${history.deploymentId}, ${history.subject}, ${history.from}, ${history.to}, ${history.actor}, ${history.detail}) is
          (${sql.placeholder('deploymentId')}, ${sql.placeholder('subject')}, ${sql.placeholder('from')}, ${sql.placeholder('to')},
          ${sql.placeholder('actor')}, ${sql.placeholder('detail')})`,
      ),
    )
    .prepare();
});

function insertEntry(db: Db, entry: Entry, at: number): void {
  insert(db).run({ by: null, reason: null, endpointName: null, ...entry, at });
}

function append(db: Db, entry: Entry, at: number): void {
  if (isCounted(entry) && recent(db).run({ ...entry, at }).changes > 0) return;
  insertEntry(db, entry, at);
}

/** Belongs into the transaction of the change that it describes, which it refuses when no transition allows it. */
export function appendTrainingHistory(db: Db, run: { seq: number }, change: Change<TrainingRunStatus>, at: number): void {
  assertTransition(trainingRunTransitions, change.from, change.to);
  append(db, { ...change, runSeq: run.seq, deploymentId: null, subject: 'training' }, at);
}

/** Belongs into the transaction of the change that it describes, which it refuses when no transition allows it. */
export function appendDeploymentHistory(db: Db, deployment: Deployment, change: DeploymentChange, at: number): void {
  assertTransition(deploymentTransitions, change.from, change.to);
  const { approvalPath: _, ...entry } = change;
  const { runSeq, deploymentId } = deployment;
  append(db, { ...entry, runSeq, deploymentId, subject: 'deployment' }, at);
  addNotifications(db, announcements(deployment, change, at));
}

/** Belongs into the transaction of the change that it describes. */
export function appendEndpointHistory(db: Db, endpointName: string, change: Change<EndpointChangeName>, at: number): void {
  insertEntry(db, { ...change, runSeq: null, deploymentId: null, subject: 'endpoint', endpointName }, at);
}

/** An entry with the names of its run. */
const entry = {
  id: history.seq,
  at: history.at,
  trainingJobName: trainingRuns.trainingJobName,
  endpointName: sql<string | null>`coalesce(${history.endpointName}, ${trainingRuns.endpointName})`,
  subject: history.subject,
  from: history.from,
  to: history.to,
  actor: history.actor,
  by: history.by,
  reason: history.reason,
  detail: history.detail,
  deploymentId: history.deploymentId,
  repeats: history.repeats,
  lastAt: sql<number>`coalesce(${history.lastAt}, ${history.at})`,
};

const lower = (column: SQL): SQL => sql`lower(${column})`;

export const historyStore = (database: Database): HistoryStore => ({
  async list({ trainingJobName, deploymentId, limit = historyPageSize, before = null }) {
    const newestFirst = await database.read((db) =>
      db
        .select(entry)
        .from(history)
        .innerJoin(trainingRuns, eq(trainingRuns.seq, history.runSeq))
        .where(
          and(
            eq(trainingRuns.trainingJobName, trainingJobName),
            deploymentId === undefined ? undefined : eq(history.deploymentId, deploymentId),
            before === null ? undefined : lt(history.seq, before),
          ),
        )
        .orderBy(desc(history.seq))
        .limit(limit)
        .all(),
    );
    return newestFirst.toReversed();
  },

  // There is one writer at a time: what is visible has no gap that is filled later.
  head: () =>
    database.read((db) => {
      const { newest, issued } = db.get<{ newest: number; issued: number }>(sql`select
        (select coalesce(max(seq), 0) from history) as newest,
        (select coalesce(max(seq), 0) from sqlite_sequence where name = 'history') as issued`);
      return { newest, issued: Math.max(newest, issued), writers: [] };
    }),

  read: ({ after, upTo, limit, filter }) =>
    database.read((db) => {
      const window = windowOf(filter, after, upTo);
      const end = window === null ? upTo : (db.get<{ end: number | null }>(window).end ?? upTo);
      const items = db
        .select(entry)
        .from(history)
        .leftJoin(trainingRuns, eq(trainingRuns.seq, history.runSeq))
        .where(entriesOf(filter, { after, upTo: end }, lower))
        .orderBy(asc(history.seq))
        .limit(limit)
        .all();
      return { items, readTo: items.length < limit ? end : (items.at(-1)?.id ?? end) };
    }),
});
