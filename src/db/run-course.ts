import { and, eq, inArray, sql } from './drizzle.ts';
import type { Store } from '../services/store.ts';
import { type Database, prepared } from './database.ts';
import { activeDeploymentOf, queueDeployment } from './deployment-rows.ts';
import { tellOfTraining } from './history.ts';
import { trainingRuns } from './schema.ts';

const given = {
  name: sql.placeholder('trainingJobName'),
  now: sql.placeholder('now'),
  phase: sql.placeholder('secondaryStatus'),
};

const statements = prepared((db) => ({
  recordPhase: db
    .update(trainingRuns)
    .set({ secondaryStatus: sql`${given.phase}`, updatedAt: sql`${given.now}` })
    .where(
      sql`${trainingRuns.trainingJobName} = ${given.name} and ${trainingRuns.status} = 'training'
        and ${trainingRuns.secondaryStatus} is not ${given.phase}`,
    )
    .returning()
    .prepare(),
  findTraining: db
    .select()
    .from(trainingRuns)
    .where(and(eq(trainingRuns.trainingJobName, given.name), eq(trainingRuns.status, 'training')))
    .prepare(),
}));

type Course = 'requestStop' | 'recordPhase' | 'finishRun';

export const courseOfRuns = (database: Database): Pick<Store, Course> => ({
  requestStop: (trainingJobName, now) =>
    database.write((tx, db) => {
      const stoppable = and(
        eq(trainingRuns.trainingJobName, trainingJobName),
        inArray(trainingRuns.status, ['requested', 'training', 'timed_out']),
      );
      const before = tx.select().from(trainingRuns).where(stoppable).get();
      if (!before) return null;
      if (before.stopRequestedAt !== null) return before;
      const run = tx.update(trainingRuns).set({ stopRequestedAt: now, updatedAt: now }).where(stoppable).returning().get();
      tellOfTraining(db, run, { from: run.status, to: run.status, actor: 'api', detail: 'stop requested' }, now);
      return run;
    }),

  recordPhase: (trainingJobName, secondaryStatus, actor, now) =>
    database.write((_tx, db) => {
      const run = statements(db).recordPhase.get({ trainingJobName, secondaryStatus, now });
      if (!run) return statements(db).findTraining.get({ trainingJobName }) ?? null;
      tellOfTraining(db, run, { from: 'training', to: 'training', actor, detail: secondaryStatus }, now);
      return run;
    }),

  finishRun: (trainingJobName, outcome, wanted, actor, now) =>
    database.write((tx, db) => {
      if (wanted !== null && outcome.status !== 'completed') throw new Error('Only a completed training can be deployed.');
      const open = and(
        eq(trainingRuns.trainingJobName, trainingJobName),
        inArray(trainingRuns.status, [
          'requested',
          'training',
          ...(outcome.status === 'timed_out' ? [] : (['timed_out'] as const)),
        ]),
      );
      const before = tx.select().from(trainingRuns).where(open).get();
      if (!before) return null;
      const run = tx
        .update(trainingRuns)
        .set({
          ...outcome,
          secondaryStatus: outcome.secondaryStatus ?? before.secondaryStatus,
          finishedAt: now,
          finishedBy: actor,
          updatedAt: now,
        })
        .where(open)
        .returning()
        .get();
      const detail = outcome.failureReason;
      tellOfTraining(db, run, { from: before.status, to: run.status, actor, detail }, now);
      const deployment = wanted && (activeDeploymentOf(tx, run) ?? queueDeployment(tx, db, run, wanted, actor, now));
      return { run, deployment };
    }),
});
