import { and, eq, inArray, sql } from './drizzle.ts';
import { stoppableRunStatuses, trainingRunTransitions } from '../../core/training/transitions.ts';
import { unfinishedRunStatuses } from '../../core/training/training-run.ts';
import type { RunStore } from '../../ports/store.ts';
import { type Database, prepared } from './database.ts';
import { activeDeploymentOf } from './deployments-queries.ts';
import { queueDeployment } from './deployments-queue.ts';
import { findEndpoint } from './endpoints.ts';
import { reject } from './delivery.ts';
import { appendTrainingHistory } from './history.ts';
import { useKey } from './request-keys.ts';
import { trainingRuns } from './schema.ts';
import { refusalAtEnd } from '../deployment-values.ts';
import { isTransition, quoted } from '../transitions.ts';

const param = {
  name: sql.placeholder('trainingJobName'),
  now: sql.placeholder('now'),
  phase: sql.placeholder('secondaryStatus'),
  status: sql.placeholder('status'),
  trainingCreatedAt: sql.placeholder('trainingCreatedAt'),
};

/** The run, while it may become this status. */
const isOpen = sql`${trainingRuns.trainingJobName} = ${param.name}
  and ${isTransition(trainingRunTransitions, sql`${trainingRuns.status}`, sql`${param.status}`)}`;

const statements = prepared((db) => ({
  recordSecondaryStatus: db
    .update(trainingRuns)
    .set({
      secondaryStatus: sql`coalesce(${param.phase}, ${trainingRuns.secondaryStatus})`,
      trainingCreatedAt: sql`${param.trainingCreatedAt}`,
      updatedAt: sql`${param.now}`,
    })
    .where(and(eq(trainingRuns.trainingJobName, param.name), eq(trainingRuns.status, 'training')))
    .returning()
    .prepare(),
  recordTimeLimit: db
    .update(trainingRuns)
    .set({
      overdueSince: sql`${sql.placeholder('overdueSince')}`,
      trainingSinceAt: sql`${sql.placeholder('trainingSinceAt')}`,
      updatedAt: sql`${param.now}`,
    })
    .where(
      sql`${trainingRuns.trainingJobName} = ${param.name} and ${trainingRuns.status} in (${quoted(unfinishedRunStatuses)})
        and ${trainingRuns.overdueSince} is ${sql.placeholder('overdueBefore')}
        and ${trainingRuns.trainingSinceAt} is ${sql.placeholder('sinceBefore')}`,
    )
    .returning()
    .prepare(),
  findTraining: db
    .select()
    .from(trainingRuns)
    .where(and(eq(trainingRuns.trainingJobName, param.name), eq(trainingRuns.status, 'training')))
    .prepare(),
  findOpen: db.select().from(trainingRuns).where(isOpen).prepare(),
  finish: db
    .update(trainingRuns)
    .set({
      status: sql`${param.status}`,
      secondaryStatus: sql`coalesce(${param.phase}, ${trainingRuns.secondaryStatus})`,
      failureReason: sql`${sql.placeholder('failureReason')}`,
      modelArtifact: sql`${sql.placeholder('modelArtifact')}`,
      metrics: sql`${sql.placeholder('metrics')}`,
      shapes: sql`coalesce(${trainingRuns.shapes}, ${sql.placeholder('shapes')})`,
      trainingEndedAt: sql`${sql.placeholder('trainingEndedAt')}`,
      trainingCreatedAt: sql`coalesce(${param.trainingCreatedAt}, ${trainingRuns.trainingCreatedAt})`,
      failureKind: sql`${sql.placeholder('failureKind')}`,
      finishedAt: sql`${param.now}`,
      finishedBy: sql`${sql.placeholder('actor')}`,
      updatedAt: sql`${param.now}`,
    })
    .where(isOpen)
    .returning()
    .prepare(),
}));

type TransitionMethods = 'requestStop' | 'recordSecondaryStatus' | 'recordTimeLimit' | 'finish';

export const runTransitions = (database: Database): Pick<RunStore, TransitionMethods> => ({
  requestStop: ({ trainingJobName, by, requestKey, now }) =>
    database.write((tx, db) => {
      const stoppable = and(
        eq(trainingRuns.trainingJobName, trainingJobName),
        inArray(trainingRuns.status, [...stoppableRunStatuses]),
      );
      const before = tx.select().from(trainingRuns).where(stoppable).get();
      if (!before) return null;
      useKey(db, requestKey, { runSeq: before.seq, deploymentId: null }, now);
      if (before.stopRequestedAt !== null) return before;
      const run = tx.update(trainingRuns).set({ stopRequestedAt: now, updatedAt: now }).where(stoppable).returning().get();
      appendTrainingHistory(db, run, { from: run.status, to: run.status, actor: 'api', by, detail: 'stop requested' }, now);
      return run;
    }),

  recordSecondaryStatus: ({ trainingJobName, secondaryStatus, trainingCreatedAt, actor, now }) =>
    database.write((_tx, db) => {
      const before = statements(db).findTraining.get({ trainingJobName });
      if (!before) return null;
      const isNews = secondaryStatus !== null && secondaryStatus !== before.secondaryStatus;
      if (!isNews && trainingCreatedAt === before.trainingCreatedAt) return before;
      const run = statements(db).recordSecondaryStatus.get({ trainingJobName, secondaryStatus, trainingCreatedAt, now });
      if (isNews) appendTrainingHistory(db, run, { from: 'training', to: 'training', actor, detail: secondaryStatus }, now);
      return run;
    }),

  recordTimeLimit: ({ trainingJobName, before, after, now }) =>
    database.write(
      (_tx, db) =>
        statements(db).recordTimeLimit.get({
          trainingJobName,
          ...after,
          overdueBefore: before.overdueSince,
          sinceBefore: before.trainingSinceAt,
          now,
        }) ?? null,
    ),

  finish: ({ trainingJobName, outcome, shapes = null, startAttemptedAt, deployment: wanted, policy, actor, now }) =>
    database.write((_tx, db) => {
      if (wanted !== null && outcome.status !== 'completed') throw new Error('Only a completed training can be deployed.');
      const { status } = outcome;
      const before = statements(db).findOpen.get({ trainingJobName, status });
      if (!before) return null;
      const isOfStart = before.status === 'requested' && before.startAttemptedAt === startAttemptedAt;
      if (startAttemptedAt !== undefined && !isOfStart) return null;
      // Past drizzle's mapping, which would make text of a null.
      const metrics = outcome.metrics && JSON.stringify(outcome.metrics);
      const run = statements(db).finish.get({
        ...outcome,
        metrics,
        shapes: shapes && JSON.stringify(shapes),
        trainingJobName,
        actor,
        now,
      });
      const detail = outcome.detail ?? outcome.failureReason;
      appendTrainingHistory(db, run, { from: before.status, to: run.status, actor, detail }, now);
      const queued = wanted && (activeDeploymentOf(db, run) ?? queueDeployment(db, run, wanted, actor, now));
      const refusal = queued && refusalAtEnd(run, queued, findEndpoint(db, run), now);
      const deployment = queued && refusal ? reject(db, queued, { refusal, policy, now }) : queued;
      return { run, deployment };
    }),
});
