import { startTiming } from '../../core/timing.ts';
import { trainingRunTransitions } from '../../core/training/transitions.ts';
import type { RunStore } from '../../ports/store.ts';
import { waitingForStart } from '../runs-lists.ts';
import { mayBecome } from '../transitions.ts';
import type { Database } from './database.ts';
import { and, asc, eq, sql } from './drizzle.ts';
import { appendTrainingHistory } from './history.ts';
import { isNamed } from './run-rows.ts';
import { trainingRuns } from './schema.ts';

/** The run, while it is `requested` by this attempt. */
const ofAttempt = (trainingJobName: string, startAttemptedAt: number) =>
  and(isNamed(trainingJobName), eq(trainingRuns.status, 'requested'), eq(trainingRuns.startAttemptedAt, startAttemptedAt));

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
    database.read((db) =>
      db
        .select({ seq: trainingRuns.seq, trainingJobName: trainingRuns.trainingJobName })
        .from(trainingRuns)
        .where(waitingForStart(afterSeq, now))
        .orderBy(asc(trainingRuns.seq))
        .limit(limit),
    ),

  acquireStartLease: ({ trainingJobName, now }) =>
    database.write(async (tx) => {
      const [run] = await tx
        .update(trainingRuns)
        .set({
          startAttemptedAt: now,
          startAttempts: sql`${trainingRuns.startAttempts} + 1`,
          // A lease that was not released is one of an attempt without an outcome.
          startUnresolvedAt: sql`coalesce(${trainingRuns.startAttemptedAt}, ${trainingRuns.startUnresolvedAt})`,
          updatedAt: now,
        })
        .where(
          and(
            isNamed(trainingJobName),
            eq(trainingRuns.status, 'requested'),
            sql`${trainingRuns.stopRequestedAt} is null`,
            // hasPassed, in SQL.
            sql`(${trainingRuns.startAttemptedAt} is null or abs(${now} - ${trainingRuns.startAttemptedAt}) >= ${startTiming.leaseMs})`,
          ),
        )
        .returning();
      return run ?? null;
    }),

  releaseStartLease: ({ trainingJobName, startAttemptedAt, refusedSince, now }) =>
    database.write(async (tx) => {
      const [run] = await tx
        .update(trainingRuns)
        .set({ startAttemptedAt: null, startRefusedSince: refusedSince ?? undefined, updatedAt: now })
        .where(ofAttempt(trainingJobName, startAttemptedAt))
        .returning();
      return run ?? null;
    }),

  markStarted: ({ trainingJobName, trainingJobArn, actor, detail, now }) =>
    database.write(async (tx) => {
      const [run] = await tx
        .update(trainingRuns)
        .set({
          status: 'training',
          trainingJobArn,
          trainingSinceAt: now,
          // They were about the start.
          overdueSince: null,
          startRefusedSince: null,
          updatedAt: now,
        })
        .where(and(isNamed(trainingJobName), mayBecome(trainingRuns.status, trainingRunTransitions, 'training')))
        .returning();
      if (!run) return null;
      await appendTrainingHistory(tx, run, { from: 'requested', to: 'training', actor, detail }, now);
      return run;
    }),

  discard: ({ trainingJobName, startAttemptedAt }) =>
    database.write(async (tx) => {
      const { rowCount } = await tx.delete(trainingRuns).where(ofAttempt(trainingJobName, startAttemptedAt));
      return (rowCount ?? 0) > 0;
    }),

  abandon: ({ trainingJobName, startAttemptedAt, detail, now }) =>
    database.write(async (tx) => {
      const [run] = await tx
        .update(trainingRuns)
        .set({
          stopRequestedAt: sql`coalesce(${trainingRuns.stopRequestedAt}, ${now})`,
          abandonedAt: now,
          idempotencyKey: null,
          idempotencyHash: null,
          updatedAt: now,
        })
        .where(ofAttempt(trainingJobName, startAttemptedAt))
        .returning();
      if (!run) return null;
      await appendTrainingHistory(tx, run, { from: 'requested', to: 'requested', actor: 'api', detail }, now);
      return run;
    }),

  cancelStart: ({ trainingJobName, startAttemptedAt, failureReason, failureKind, actor, now }) =>
    database.write(async (tx) => {
      const [run] = await tx
        .update(trainingRuns)
        .set({ stopRequestedAt: now, failureReason, failureKind, updatedAt: now })
        .where(and(ofAttempt(trainingJobName, startAttemptedAt), sql`${trainingRuns.stopRequestedAt} is null`))
        .returning();
      if (!run) return null;
      const detail = `stop requested: ${failureReason}`;
      await appendTrainingHistory(tx, run, { from: 'requested', to: 'requested', actor, detail }, now);
      return run;
    }),
});
