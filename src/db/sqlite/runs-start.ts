import { and, eq, sql } from './drizzle.ts';
import { startLeaseMs } from '../../core/training/training-run.ts';
import type { Store } from '../../ports/store.ts';
import { type Database, prepared } from './database.ts';
import { tellOfTraining } from './history.ts';
import { trainingRuns } from './schema.ts';

const given = { name: sql.placeholder('trainingJobName'), now: sql.placeholder('now'), arn: sql.placeholder('arn') };

const statements = prepared((db) => ({
  beginStart: db
    .update(trainingRuns)
    .set({
      startAttemptedAt: sql`${given.now}`,
      startAttempts: sql`${trainingRuns.startAttempts} + 1`,
      updatedAt: sql`${given.now}`,
    })
    .where(
      // hasPassed, in SQL.
      sql`${trainingRuns.trainingJobName} = ${given.name} and ${trainingRuns.status} = 'requested'
        and ${trainingRuns.stopRequestedAt} is null
        and (${trainingRuns.startAttemptedAt} is null or abs(${given.now} - ${trainingRuns.startAttemptedAt}) >= ${startLeaseMs})`,
    )
    .returning()
    .prepare(),
  markTraining: db
    .update(trainingRuns)
    .set({
      status: 'training',
      trainingJobArn: sql`${given.arn}`,
      trainingSinceAt: sql`${given.now}`,
      // It was about the start.
      overdueSince: null,
      updatedAt: sql`${given.now}`,
    })
    .where(and(eq(trainingRuns.trainingJobName, given.name), eq(trainingRuns.status, 'requested')))
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

type Start = 'beginStart' | 'releaseStart' | 'markTraining' | 'withdrawRun' | 'abandonStart';

export const startOfRuns = (database: Database): Pick<Store, Start> => ({
  beginStart: (trainingJobName, now) =>
    database.write((_tx, db) => statements(db).beginStart.get({ trainingJobName, now }) ?? null),

  releaseStart: (trainingJobName, startAttemptedAt, now) =>
    database.write(
      (tx) =>
        tx
          .update(trainingRuns)
          .set({ startAttemptedAt: null, updatedAt: now })
          .where(ofAttempt(trainingJobName, startAttemptedAt))
          .returning()
          .get() ?? null,
    ),

  markTraining: (trainingJobName, arn, actor, detail, now) =>
    database.write((_tx, db) => {
      const run = statements(db).markTraining.get({ trainingJobName, arn, now });
      if (!run) return null;
      tellOfTraining(db, run, { from: 'requested', to: 'training', actor, detail }, now);
      return run;
    }),

  withdrawRun: (trainingJobName, startAttemptedAt) =>
    database.write((tx) => tx.delete(trainingRuns).where(ofAttempt(trainingJobName, startAttemptedAt)).run().changes > 0),

  abandonStart: (trainingJobName, startAttemptedAt, detail, now) =>
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
      tellOfTraining(db, run, { from: 'requested', to: 'requested', actor: 'api', detail }, now);
      return run;
    }),
});
