import { asc, eq, sql } from './drizzle.ts';
import type { DeploymentStatus } from '../core/deployment.ts';
import type { Actor } from '../core/history.ts';
import type { TrainingRunStatus } from '../core/training-run.ts';
import type { Store } from '../services/store.ts';
import { type Database, prepared } from './database.ts';
import type { Db } from './open.ts';
import { history, trainingRuns } from './schema.ts';

interface Change<Status> {
  from: Status | null;
  to: Status;
  actor: Actor;
  detail: string | null;
}

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
      detail: sql.placeholder('detail'),
    })
    .prepare(),
);

/** Belongs into the transaction of the change that it tells of. */
export function tellOfTraining(db: Db, run: { seq: number }, change: Change<TrainingRunStatus>, at: number): void {
  insert(db).run({ ...change, runSeq: run.seq, deploymentId: null, subject: 'training', at });
}

/** Belongs into the transaction of the change that it tells of. */
export function tellOfDeployment(
  db: Db,
  deployment: { runSeq: number; deploymentId: string },
  change: Change<DeploymentStatus>,
  at: number,
): void {
  const { runSeq, deploymentId } = deployment;
  insert(db).run({ ...change, runSeq, deploymentId, subject: 'deployment', at });
}

export const historyOf = (database: Database): Pick<Store, 'history'> => ({
  history: (trainingJobName) =>
    database.read((db) =>
      db
        .select({
          at: history.at,
          subject: history.subject,
          from: history.from,
          to: history.to,
          actor: history.actor,
          detail: history.detail,
          deploymentId: history.deploymentId,
        })
        .from(history)
        .innerJoin(trainingRuns, eq(trainingRuns.seq, history.runSeq))
        .where(eq(trainingRuns.trainingJobName, trainingJobName))
        .orderBy(asc(history.seq))
        .all(),
    ),
});
