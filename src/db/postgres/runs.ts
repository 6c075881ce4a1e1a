import { setTimeout as delay } from 'node:timers/promises';
import { postgresTiming } from '../../core/timing.ts';
import { isJobOf } from '../../core/training/training-run.ts';
import type { NewRun, RunProgress, RunStore } from '../../ports/store.ts';
import { pageOf, seqOfCursor } from '../cursor.ts';
import { newestWith, unfinishedAfter } from '../runs-lists.ts';
import { type Database, type Db, WriteInDoubtError } from './database.ts';
import { and, asc, desc, eq, inArray, isNull, sql } from './drizzle.ts';
import { appendTrainingHistory } from './history.ts';
import { lockRunName } from './lock-keys.ts';
import { isNamed, isNamedInAnyCase, runInAnyCase, runWhere, writtenSoFirst } from './run-rows.ts';
import { texts } from './runs-counts.ts';
import { trainingRuns } from './schema.ts';
import { endSkipping, isSkipped } from './skipped.ts';

type InsertMethods = 'insert' | 'adopt';
type QueryMethods =
  | 'find'
  | 'findInAnyCase'
  | 'findStatus'
  | 'findProgress'
  | 'findNameByRunId'
  | 'findByIdempotencyKey'
  | 'list'
  | 'listUnfinished';

type InsertParams = Parameters<RunStore['insert']>[0];
type AdoptParams = Parameters<RunStore['adopt']>[0];

/** What a transaction found has changed between two of its statements: it has to be repeated. */
const repeat = 'repeat';

export const runInserts = (database: Database): Pick<RunStore, InsertMethods> => ({
  async insert(params) {
    try {
      for (;;) {
        const result = await database.write((tx) => insert(tx, params));
        if (result !== repeat) return result;
      }
    } catch (error) {
      // The caller hears that nothing was recorded. With a key it repeats the request, and finds the run.
      if (error instanceof WriteInDoubtError && params.run.idempotencyKey === null) void withdraw(database, params);
      throw error;
    }
  },

  async adopt(params) {
    for (;;) {
      const result = await database.write((tx) => adopt(tx, params));
      if (result !== repeat) return result;
    }
  },
});

const firstLease = ({ startNow = false, now }: InsertParams): number | null => (startNow ? now : null);

async function insert(tx: Db, params: InsertParams): Promise<Awaited<ReturnType<RunStore['insert']>> | typeof repeat> {
  const { run, now } = params;
  await tx.execute(lockRunName(run.trainingJobName));
  const sameName = await runInAnyCase(tx, run.trainingJobName);
  if (sameName === undefined) {
    const [inserted] = await tx
      .insert(trainingRuns)
      .values({
        ...run,
        status: 'requested',
        createdAt: now,
        updatedAt: now,
        startAttemptedAt: firstLease(params),
        startAttempts: firstLease(params) === null ? 0 : 1,
      })
      .onConflictDoNothing()
      .returning();
    if (inserted) {
      const { requestedBy: by, reason } = inserted;
      await appendTrainingHistory(tx, inserted, { from: null, to: 'requested', actor: 'api', by, reason, detail: null }, now);
      return { kind: 'inserted', run: inserted };
    }
  }
  const sameKey = await withKey(tx, run);
  if (sameKey) return { kind: 'same_key', run: sameKey };
  if (sameName) return { kind: 'name_taken', run: sameName };
  if (await runWhere(tx, eq(trainingRuns.runId, run.runId))) throw new Error(`Run id ${run.runId} is taken.`);
  // What was in the way has been discarded since.
  return repeat;
}

const withKey = async (tx: Db, { idempotencyKey }: NewRun) =>
  idempotencyKey === null ? undefined : runWhere(tx, eq(trainingRuns.idempotencyKey, idempotencyKey));

/** Deletes, as soon as the database can be reached, a run that may have been recorded although its caller heard the opposite. */
async function withdraw(database: Database, params: InsertParams): Promise<void> {
  const untilMs = performance.now() + postgresTiming.withdrawForMs;
  const lease = firstLease(params);
  while (performance.now() < untilMs) {
    await delay(1000, undefined, { ref: false });
    const done = await database
      .write((tx) =>
        tx.delete(trainingRuns).where(
          and(
            eq(trainingRuns.runId, params.run.runId),
            eq(trainingRuns.status, 'requested'),
            sql`${trainingRuns.startAttemptedAt} is not distinct from ${lease}`,
            // An attempt that was made meanwhile may have created its training.
            isNull(trainingRuns.startUnresolvedAt),
          ),
        ),
      )
      .then(
        () => true,
        () => false,
      );
    if (done) return;
  }
}

async function adopt(tx: Db, params: AdoptParams): Promise<Awaited<ReturnType<RunStore['adopt']>> | typeof repeat> {
  const { run, actor, by, now, evenRemoved = false } = params;
  await tx.execute(lockRunName(run.trainingJobName));
  const known = await runInAnyCase(tx, run.trainingJobName);
  if (known && isJobOf(known, { name: run.trainingJobName, arn: run.trainingJobArn })) return { kind: 'known', run: known };
  const ofId = await runWhere(tx, eq(trainingRuns.runId, run.runId));
  if (ofId) return { kind: 'run_id_taken', by: ofId.trainingJobName };
  if (!evenRemoved && (await isSkipped(tx, 'removed_run', run.trainingJobName))) return { kind: 'removed' };
  const [adopted] = await tx
    .insert(trainingRuns)
    .values({ ...run, status: 'training', updatedAt: now, trainingSinceAt: now, trainingCreatedAt: run.createdAt })
    .onConflictDoNothing()
    .returning();
  // Its run id has just been taken by the run of another training.
  if (adopted === undefined) return repeat;
  // It is handled again, or wanted again.
  for (const kind of ['removed_run', 'training_job'] as const) await endSkipping(tx, kind, run.trainingJobName);
  await appendTrainingHistory(tx, adopted, { from: null, to: 'training', actor, by, detail: 'adopted from SageMaker' }, now);
  return { kind: 'adopted', run: adopted };
}

/** What a RunProgress has. */
const progress = {
  seq: trainingRuns.seq,
  trainingJobName: trainingRuns.trainingJobName,
  trainingJobArn: trainingRuns.trainingJobArn,
  endpointName: trainingRuns.endpointName,
  status: trainingRuns.status,
  secondaryStatus: trainingRuns.secondaryStatus,
  stopRequestedAt: trainingRuns.stopRequestedAt,
  overdueSince: trainingRuns.overdueSince,
  trainingSinceAt: trainingRuns.trainingSinceAt,
  createdAt: trainingRuns.createdAt,
  trainingCreatedAt: trainingRuns.trainingCreatedAt,
  isAdopted: sql<boolean>`${trainingRuns.status} <> 'requested' and ${trainingRuns.startAttempts} = 0`,
};

export const runQueries = (database: Database): Pick<RunStore, QueryMethods> => ({
  find: (trainingJobName) => database.read(async (db) => (await runWhere(db, isNamed(trainingJobName))) ?? null),

  findByIdempotencyKey: (idempotencyKey) =>
    database.read(async (db) => (await runWhere(db, eq(trainingRuns.idempotencyKey, idempotencyKey))) ?? null),

  findNameByRunId: (runId) =>
    database.read(async (db) => {
      const [run] = await db
        .select({ name: trainingRuns.trainingJobName })
        .from(trainingRuns)
        .where(eq(trainingRuns.runId, runId));
      return run?.name ?? null;
    }),

  findInAnyCase: (trainingJobName) => database.read(async (db) => (await runInAnyCase(db, trainingJobName)) ?? null),

  findStatus: (trainingJobName) =>
    database.read(async (db) => {
      const { trainingJobName: name, endpointName, status } = trainingRuns;
      const [run] = await db
        .select({ trainingJobName: name, endpointName, status })
        .from(trainingRuns)
        .where(isNamedInAnyCase(trainingJobName))
        .orderBy(...writtenSoFirst(trainingJobName))
        .limit(1);
      return run ?? null;
    }),

  findProgress: (names) =>
    database.read<RunProgress[]>(async (db) => {
      if (names.length === 0) return [];
      return db
        .select(progress)
        .from(trainingRuns)
        .where(
          inArray(
            sql`lower(${trainingRuns.trainingJobName} collate "C")`,
            names.map((name) => name.toLowerCase()),
          ),
        );
    }),

  async list({ filter, page: { limit, cursor } }) {
    const before = seqOfCursor(cursor);
    const rows = await database.read((db) =>
      db
        .select()
        .from(trainingRuns)
        .where(newestWith(filter, before, limit + 1, texts))
        .orderBy(desc(trainingRuns.seq))
        .limit(limit + 1),
    );
    return pageOf(rows, limit);
  },

  listUnfinished: ({ afterSeq, limit }) =>
    database.read((db) => {
      const { seq, trainingJobName, endpointName, status, createdAt, startAttemptedAt, trainingSinceAt } = trainingRuns;
      return db
        .select({ seq, trainingJobName, endpointName, status, createdAt, startAttemptedAt, trainingSinceAt })
        .from(trainingRuns)
        .where(unfinishedAfter(afterSeq, limit))
        .orderBy(asc(trainingRuns.seq))
        .limit(limit);
    }),
});
