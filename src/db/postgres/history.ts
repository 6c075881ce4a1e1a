import type { Deployment } from '../../core/deployment/deployment.ts';
import { deploymentTransitions } from '../../core/deployment/transitions.ts';
import { historyPageSize } from '../../core/history.ts';
import { trainingRunTransitions } from '../../core/training/transitions.ts';
import type { TrainingRunStatus } from '../../core/training/training-run.ts';
import { assertTransition } from '../../core/transitions.ts';
import type { HistoryStore } from '../../ports/store.ts';
import { announcements, type DeploymentChange } from '../announcements.ts';
import { entriesOf, windowOf } from '../history-pages.ts';
import { type Change, type EndpointChangeName, type Entry, isCounted, repeatsAmong } from '../history-entry.ts';
import type { Database, Db } from './database.ts';
import type { SQL } from 'drizzle-orm';
import { historyWriters } from './lock-keys.ts';
import { and, asc, desc, eq, inArray, lt, sql } from './drizzle.ts';
import { addNotifications } from './notifications.ts';
import { history } from './schema-history.ts';
import { trainingRuns } from './schema.ts';

async function append(tx: Db, entry: Entry, at: number): Promise<void> {
  if (isCounted(entry) && (await countRepeat(tx, entry, at))) return;
  await tx.insert(history).values({ ...entry, at });
}

/** Returns whether such an entry is among the run's last ones, and has been counted. */
async function countRepeat(
  tx: Db,
  { runSeq, deploymentId, subject, from, to, actor, detail }: Entry,
  at: number,
): Promise<boolean> {
  const last = tx
    .select({ seq: history.seq })
    .from(history)
    .where(eq(history.runSeq, runSeq ?? 0))
    .orderBy(desc(history.seq))
    .limit(repeatsAmong);
  const counted = await tx
    .update(history)
    .set({ repeats: sql`${history.repeats} + 1`, lastAt: at })
    .where(
      and(
        inArray(history.seq, last),
        sql`${history.deploymentId} is not distinct from ${deploymentId}`,
        eq(history.subject, subject),
        sql`${history.from} is not distinct from ${from}`,
        eq(history.to, to),
        eq(history.actor, actor),
        sql`${history.detail} is not distinct from ${detail}`,
      ),
    );
  return (counted.rowCount ?? 0) > 0;
}

/** Belongs into the transaction of the change that it describes, which it refuses when no transition allows it. */
export async function appendTrainingHistory(
  tx: Db,
  run: { seq: number },
  change: Change<TrainingRunStatus>,
  at: number,
): Promise<void> {
  assertTransition(trainingRunTransitions, change.from, change.to);
  await append(tx, { ...change, runSeq: run.seq, deploymentId: null, subject: 'training' }, at);
}

/** Belongs into the transaction of the change that it describes, which it refuses when no transition allows it. */
export async function appendDeploymentHistory(
  tx: Db,
  deployment: Deployment,
  change: DeploymentChange,
  at: number,
): Promise<void> {
  assertTransition(deploymentTransitions, change.from, change.to);
  const { approvalPath: _, ...entry } = change;
  const { runSeq, deploymentId } = deployment;
  await append(tx, { ...entry, runSeq, deploymentId, subject: 'deployment' }, at);
  await addNotifications(tx, announcements(deployment, change, at));
}

/** Belongs into the transaction of the change that it describes. */
export async function appendEndpointHistory(
  tx: Db,
  endpointName: string,
  change: Change<EndpointChangeName>,
  at: number,
): Promise<void> {
  await tx.insert(history).values({ ...change, runSeq: null, deploymentId: null, subject: 'endpoint', endpointName, at });
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
  lastAt: sql`coalesce(${history.lastAt}, ${history.at})`.mapWith(Number),
};

/** As the index of the names has it. */
const lower = (column: SQL): SQL => sql`lower(${column} collate "C")`;

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
        .limit(limit),
    );
    return newestFirst.toReversed();
  },

  head: ({ settled }) =>
    database.read(async (db) => {
      // The snapshot is older than what is seen of the locks: who is neither visible nor a holder began later, with a higher id.
      const { rows } = await db.execute<{ newest: string; issued: string; writers: string[] | null }>(sql`select seen.newest,
        (select case when is_called then last_value else 0 end from history_seq_seq) as issued,
        case when seen.newest > ${settled} then (${historyWriters}) end as writers
        from (select coalesce(max(seq), 0) as newest from history) seen`);
      const [row] = rows;
      if (row === undefined) throw new Error('PostgreSQL returned no row.');
      const newest = Number(row.newest);
      return { newest, issued: Math.max(newest, Number(row.issued)), writers: row.writers ?? [] };
    }),

  read: ({ after, upTo, limit, filter }) =>
    database.read(async (db) => {
      const window = windowOf(filter, after, upTo);
      const end = window === null ? upTo : await endOf(db, window, upTo);
      const items = await db
        .select(entry)
        .from(history)
        .leftJoin(trainingRuns, eq(trainingRuns.seq, history.runSeq))
        .where(entriesOf(filter, { after, upTo: end }, lower))
        .orderBy(asc(history.seq))
        .limit(limit);
      return { items, readTo: items.length < limit ? end : (items.at(-1)?.id ?? end) };
    }),
});

async function endOf(db: Db, window: SQL, upTo: number): Promise<number> {
  const { rows } = await db.execute<{ end: string | null }>(window);
  return Number(rows[0]?.end ?? upTo);
}
