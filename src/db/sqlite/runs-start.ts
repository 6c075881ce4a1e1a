import { and, asc, eq, sql } from './drizzle.ts';
import { startTiming } from '../../core/timing.ts';
import { trainingRunTransitions } from '../../core/training/transitions.ts';
import type { RunStore } from '../../ports/store.ts';
import { type Database, prepared } from './database.ts';
import { appendTrainingHistory } from './history.ts';
import { trainingRuns } from './schema.ts';
import { waitingForStart } from '../runs-lists.ts';
import { mayBecome } from '../transitions.ts';

const param = { name: sql.placeholder('trainingJobName'), now: sql.placeholder('now'), arn: sql.placeholder('trainingJobArn') };

const statements = prepared((db) => ({
  listWaitingForStart: db
    .select({ seq: trainingRuns.seq, trainingJobName: trainingRuns.trainingJobName })
    .from(trainingRuns)
    .where(waitingForStart(sql.placeholder('afterSeq'), param.now))
    .orderBy(asc(trainingRuns.seq))
    .limit(sql.placeholder('limit'))
    .prepare(),
  acquireStartLease: db
    .update(trainingRuns)
    .set({
      startAttemptedAt: sql`${param.now}`,
      startAttempts: sql`${trainingRuns.startAttempts} + 1`,
      // A lease that was not released is one of an attempt without an outcome.
      startUnresolvedAt: sql`coalesce(${trainingRuns.startAttemptedAt}, ${trainingRuns.startUnresolvedAt})`,
      updatedAt: sql`${param.now}`,
    })
    .where(
      // hasPassed, in SQL.
      sql`${trainingRuns.trainingJobName} = ${param.name} and ${trainingRuns.status} = 'requested'
        and ${trainingRuns.stopRequestedAt} is null
        and (${trainingRuns.startAttemptedAt} is null or abs(${param.now} - ${trainingRuns.startAttemptedAt}) >= ${startTiming.leaseMs})`,
    )
    .returning()
    .prepare(),
  markStarted: db
    .update(trainingRuns)
    .set({
      status: 'training',
      trainingJobArn: sql`${param.arn}`,
      trainingSinceAt: sql`${param.now}`,
      // They were about the start.
      overdueSince: null,
      startRefusedSince: null,
      updatedAt: sql`${param.now}`,
    })
    .where(and(eq(trainingRuns.trainingJobName, param.name), mayBecome(trainingRuns.status, trainingRunTransitions, 'training')))
    .returning()
    .prepare(),
}));

/** The run, while it is `requested` by this attempt. */
const ofAttempt = (trainingJobName: string, startAttemptedAt: number) =>
  and(
    eq(trainingRuns.trainingJobName, trainingJobName),
    eq(trainingRuns.status, 'requested'),
    eq(trainingRuns.startAttemptedAt, startAttemptedAt),
  );

type StartMethods =
  | 'listWaitingForStart'
  | 'acquireStartLease'
  | 'releaseStartLease'
  | 'markStarted'
  | 'discard'
  | 'abandon'
  | 'cancelStart';

export const runStarts = (database: Database): Pick<RunStore, StartMethods> => ({
  listWaitingForStart: ({ afterSeq, limit, now }) =>
    database.read((db) => statements(db).listWaitingForStart.all({ afterSeq, limit, now })),

  acquireStartLease: ({ trainingJobName, now }) =>
    database.write((_tx, db) => statements(db).acquireStartLease.get({ trainingJobName, now }) ?? null),

  releaseStartLease: ({ trainingJobName, startAttemptedAt, refusedSince, now }) =>
    database.write(
      (tx) =>
        tx
          .update(trainingRuns)
          .set({ startAttemptedAt: null, startRefusedSince: refusedSince ?? undefined, updatedAt: now })
          .where(ofAttempt(trainingJobName, startAttemptedAt))
          .returning()
          .get() ?? null,
    ),

  markStarted: ({ trainingJobName, trainingJobArn, actor, detail, now }) =>
    database.write((_tx, db) => {
      const run = statements(db).markStarted.get({ trainingJobName, trainingJobArn, now });
      if (!run) return null;
      appendTrainingHistory(db, run, { from: 'requested', to: 'training', actor, detail }, now);
      return run;
    }),

  discard: ({ trainingJobName, startAttemptedAt }) =>
    database.write((tx) => tx.delete(trainingRuns).where(ofAttempt(trainingJobName, startAttemptedAt)).run().changes > 0),

  abandon: ({ trainingJobName, startAttemptedAt, detail, now }) =>
    database.write((tx, db) => {
      const run = tx
        .update(trainingRuns)
        .set({
          stopRequestedAt: sql`coalesce(${trainingRuns.stopRequestedAt}, ${now})`,
          abandonedAt: now,
          idempotencyKey: null,
          idempotencyHash: null,
          updatedAt: now,
        })
        .where(ofAttempt(trainingJobName, startAttemptedAt))
        .returning()
        .get();
      if (!run) return null;
      appendTrainingHistory(db, run, { from: 'requested', to: 'requested', actor: 'api', detail }, now);
      return run;
    }),

  cancelStart: ({ trainingJobName, startAttemptedAt, failureReason, failureKind, actor, now }) =>
    database.write((tx, db) => {
      const run = tx
        .update(trainingRuns)
        .set({ stopRequestedAt: now, failureReason, failureKind, updatedAt: now })
        .where(and(ofAttempt(trainingJobName, startAttemptedAt), sql`${trainingRuns.stopRequestedAt} is null`))
        .returning()
        .get();
      if (!run) return null;
      const detail = `stop requested: ${failureReason}`;
      appendTrainingHistory(db, run, { from: 'requested', to: 'requested', actor, detail }, now);
      return run;
    }),
});
