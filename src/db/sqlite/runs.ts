import type { SQL } from 'drizzle-orm';
import { asc, desc, eq, sql } from './drizzle.ts';
import { isJobOf, type TrainingRun } from '../../core/training/training-run.ts';
import type { NewRun, RunProgress, RunStore, RunView } from '../../ports/store.ts';
import { endSkipping, isSkipped } from './skipped.ts';
import { pageOf, seqOfCursor } from '../cursor.ts';
import { type Database, prepared } from './database.ts';
import { newestWith, unfinishedAfter } from '../runs-lists.ts';
import { appendTrainingHistory } from './history.ts';
import { texts } from './runs-counts.ts';
import { trainingRuns } from './schema.ts';
import type { Tx } from './write-tx.ts';

const param = <Name extends keyof NewRun | 'now' | 'startAttemptedAt' | 'startAttempts'>(name: Name) => sql.placeholder(name);

/** SageMaker tells training jobs apart without regard to case. Names are ASCII. */
const inAnyCase = sql`lower(${trainingRuns.trainingJobName}) = lower(${sql.placeholder('trainingJobName')})`;

const writtenSoFirst = sql`${trainingRuns.trainingJobName} <> ${sql.placeholder('trainingJobName')}`;

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
  trainingCreatedAt: trainingRuns.trainingCreatedAt,
  createdAt: trainingRuns.createdAt,
  isAdopted: sql<boolean>`${trainingRuns.status} <> 'requested' and ${trainingRuns.startAttempts} = 0`.mapWith(Boolean),
};

const statements = prepared((db) => ({
  insert: db
    .insert(trainingRuns)
    .values({
      runId: param('runId'),
      trainingJobName: param('trainingJobName'),
      project: param('project'),
      endpointName: param('endpointName'),
      autoDeploy: param('autoDeploy'),
      status: 'requested',
      // Past drizzle's mapping, which would make text of a null.
      request: sql`${param('request')}`,
      shapes: sql`${param('shapes')}`,
      servingImage: param('servingImage'),
      requestedBy: param('requestedBy'),
      reason: param('reason'),
      traceParent: param('traceParent'),
      idempotencyKey: param('idempotencyKey'),
      idempotencyHash: param('idempotencyHash'),
      createdAt: param('now'),
      updatedAt: param('now'),
      startAttemptedAt: param('startAttemptedAt'),
      startAttempts: param('startAttempts'),
    })
    .onConflictDoNothing()
    .returning()
    .prepare(),
  find: db
    .select()
    .from(trainingRuns)
    .where(eq(trainingRuns.trainingJobName, sql.placeholder('trainingJobName')))
    .prepare(),
  findProgress: db
    .select(progress)
    .from(trainingRuns)
    .where(sql`lower(${trainingRuns.trainingJobName}) in (select value from json_each(${sql.placeholder('names')}))`)
    .prepare(),
  findInAnyCase: db
    .select()
    .from(trainingRuns)
    .where(inAnyCase)
    .orderBy(writtenSoFirst, asc(trainingRuns.seq))
    .limit(1)
    .prepare(),
  findStatus: db
    .select({
      trainingJobName: trainingRuns.trainingJobName,
      endpointName: trainingRuns.endpointName,
      status: trainingRuns.status,
    })
    .from(trainingRuns)
    .where(inAnyCase)
    .orderBy(writtenSoFirst, asc(trainingRuns.seq))
    .limit(1)
    .prepare(),
}));

const runWhere = (tx: Tx, condition: SQL): TrainingRun | undefined => tx.select().from(trainingRuns).where(condition).get();

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

export const runInserts = (database: Database): Pick<RunStore, InsertMethods> => ({
  insert: ({ run, now, startNow = false }) =>
    database.write((tx, db) => {
      const sameName = statements(db).findInAnyCase.get({ trainingJobName: run.trainingJobName });
      // The type says that there is a row: not after a conflict.
      const inserted: TrainingRun | undefined = sameName
        ? undefined
        : statements(db).insert.get({
            requestedBy: null,
            reason: null,
            traceParent: null,
            ...run,
            request: run.request && JSON.stringify(run.request),
            shapes: JSON.stringify(run.shapes),
            now,
            startAttemptedAt: startNow ? now : null,
            startAttempts: startNow ? 1 : 0,
          });
      if (inserted) {
        const { requestedBy: by, reason } = inserted;
        appendTrainingHistory(db, inserted, { from: null, to: 'requested', actor: 'api', by, reason, detail: null }, now);
        return { kind: 'inserted', run: inserted };
      }
      const sameKey = run.idempotencyKey === null ? undefined : runWhere(tx, eq(trainingRuns.idempotencyKey, run.idempotencyKey));
      if (sameKey) return { kind: 'same_key', run: sameKey };
      if (sameName) return { kind: 'name_taken', run: sameName };
      throw new Error(`Run id ${run.runId} is taken.`);
    }),

  adopt: ({ run, actor, by, now, evenRemoved = false }) =>
    database.write((tx, db) => {
      const known = statements(db).findInAnyCase.get({ trainingJobName: run.trainingJobName });
      if (known && isJobOf(known, { name: run.trainingJobName, arn: run.trainingJobArn })) return { kind: 'known', run: known };
      const ofId = runWhere(tx, eq(trainingRuns.runId, run.runId));
      if (ofId) return { kind: 'run_id_taken', by: ofId.trainingJobName };
      if (!evenRemoved && isSkipped(tx, 'removed_run', run.trainingJobName)) return { kind: 'removed' };
      // It is handled again, or wanted again.
      for (const kind of ['removed_run', 'training_job'] as const) endSkipping(tx, kind, run.trainingJobName);
      const adopted = tx
        .insert(trainingRuns)
        .values({
          ...run,
          status: 'training',
          updatedAt: now,
          trainingSinceAt: now,
          trainingCreatedAt: run.createdAt,
        })
        .returning()
        .get();
      appendTrainingHistory(db, adopted, { from: null, to: 'training', actor, by, detail: 'adopted from SageMaker' }, now);
      return { kind: 'adopted', run: adopted };
    }),
});

export const runQueries = (database: Database): Pick<RunStore, QueryMethods> => ({
  find: (trainingJobName) => database.read((db) => statements(db).find.get({ trainingJobName }) ?? null),

  findNameByRunId: (runId) =>
    database.read(
      (db) =>
        db.select({ name: trainingRuns.trainingJobName }).from(trainingRuns).where(eq(trainingRuns.runId, runId)).get()?.name ??
        null,
    ),
  findByIdempotencyKey: (idempotencyKey) =>
    database.read((db) => db.select().from(trainingRuns).where(eq(trainingRuns.idempotencyKey, idempotencyKey)).get() ?? null),

  findInAnyCase: (trainingJobName) => database.read((db) => statements(db).findInAnyCase.get({ trainingJobName }) ?? null),

  findStatus: (trainingJobName) => database.read((db) => statements(db).findStatus.get({ trainingJobName }) ?? null),

  findProgress: (names) =>
    database.read<RunProgress[]>((db) =>
      statements(db).findProgress.all({ names: JSON.stringify(names.map((name) => name.toLowerCase())) }),
    ),

  list: async ({ filter, page: { limit, cursor } }) => {
    const before = seqOfCursor(cursor);
    const rows = await database.read<RunView[]>((db) =>
      db
        .select()
        .from(trainingRuns)
        .where(newestWith(filter, before, limit + 1, texts))
        .orderBy(desc(trainingRuns.seq))
        .limit(limit + 1)
        .all(),
    );
    return pageOf(rows, limit);
  },

  listUnfinished: ({ afterSeq, limit }) =>
    database.read((db) =>
      db
        .select({
          seq: trainingRuns.seq,
          trainingJobName: trainingRuns.trainingJobName,
          endpointName: trainingRuns.endpointName,
          status: trainingRuns.status,
          createdAt: trainingRuns.createdAt,
          startAttemptedAt: trainingRuns.startAttemptedAt,
          trainingSinceAt: trainingRuns.trainingSinceAt,
        })
        .from(trainingRuns)
        .where(unfinishedAfter(afterSeq, limit))
        .orderBy(asc(trainingRuns.seq))
        .limit(limit)
        .all(),
    ),
});
