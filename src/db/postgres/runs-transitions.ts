import { unfinishedRunStatuses } from '../../core/training/training-run.ts';
import { stoppableRunStatuses, trainingRunTransitions } from '../../core/training/transitions.ts';
import type { RunStore } from '../../ports/store.ts';
import { mayBecome } from '../transitions.ts';
import type { Database, Db } from './database.ts';
import { endpointKeyOf, refusalAtEnd } from '../deployment-values.ts';
import { activeDeploymentOf } from './deployment-rows.ts';
import { queueDeployment } from './deployments-queue.ts';
import { eq, inArray, sql } from './drizzle.ts';
import { findEndpoint } from './endpoints.ts';
import { reject } from './delivery.ts';
import { appendTrainingHistory } from './history.ts';
import { lockEndpoint } from './lock-keys.ts';
import { useKey } from './request-keys.ts';
import { isNamed, lockRun, runWhere } from './run-rows.ts';
import { trainingRuns } from './schema.ts';

type TransitionMethods = 'requestStop' | 'recordSecondaryStatus' | 'recordTimeLimit' | 'finish';
type FinishParams = Parameters<RunStore['finish']>[0];

export const runTransitions = (database: Database): Pick<RunStore, TransitionMethods> => ({
  requestStop: ({ trainingJobName, by, requestKey, now }) =>
    database.write(async (tx) => {
      const isStoppable = inArray(trainingRuns.status, [...stoppableRunStatuses]);
      const before = await lockRun(tx, isNamed(trainingJobName), isStoppable);
      if (!before) return null;
      await useKey(tx, requestKey, { runSeq: before.seq, deploymentId: null }, now);
      if (before.stopRequestedAt !== null) return before;
      const run = await change(tx, before.seq, { stopRequestedAt: now, updatedAt: now });
      await appendTrainingHistory(tx, run, { from: run.status, to: run.status, actor: 'api', by, detail: 'stop requested' }, now);
      return run;
    }),

  async recordSecondaryStatus({ trainingJobName, secondaryStatus, trainingCreatedAt, actor, now }) {
    const ofTraining = [isNamed(trainingJobName), eq(trainingRuns.status, 'training')];
    const isNews = (known: string | null): boolean => secondaryStatus !== null && secondaryStatus !== known;
    const isKnown = (run: { secondaryStatus: string | null; trainingCreatedAt: number | null }): boolean =>
      !isNews(run.secondaryStatus) && trainingCreatedAt === run.trainingCreatedAt;
    // Most observations find nothing new, and cost one read.
    const seen = await database.read((db) => runWhere(db, ...ofTraining));
    if (!seen || isKnown(seen)) return seen ?? null;
    return database.write(async (tx) => {
      const before = await lockRun(tx, ...ofTraining);
      if (!before || isKnown(before)) return before ?? null;
      const phase = secondaryStatus ?? before.secondaryStatus;
      const run = await change(tx, before.seq, { secondaryStatus: phase, trainingCreatedAt, updatedAt: now });
      if (isNews(before.secondaryStatus)) {
        await appendTrainingHistory(tx, run, { from: 'training', to: 'training', actor, detail: secondaryStatus }, now);
      }
      return run;
    });
  },

  recordTimeLimit: ({ trainingJobName, before, after, now }) =>
    database.write(async (tx) => {
      const known = await lockRun(
        tx,
        isNamed(trainingJobName),
        inArray(trainingRuns.status, [...unfinishedRunStatuses]),
        sql`${trainingRuns.overdueSince} is not distinct from ${before.overdueSince}`,
        sql`${trainingRuns.trainingSinceAt} is not distinct from ${before.trainingSinceAt}`,
      );
      const { overdueSince, trainingSinceAt } = after;
      return known ? change(tx, known.seq, { overdueSince, trainingSinceAt, updatedAt: now }) : null;
    }),

  finish: (params) => database.write((tx) => finish(tx, params)),
});

/** Of a run that the transaction has locked. */
async function change(tx: Db, seq: number, fields: Partial<typeof trainingRuns.$inferInsert>) {
  const [run] = await tx.update(trainingRuns).set(fields).where(eq(trainingRuns.seq, seq)).returning();
  if (run === undefined) throw new Error('A run that is locked is not there.');
  return run;
}

async function finish(tx: Db, params: FinishParams): ReturnType<RunStore['finish']> {
  const { trainingJobName, outcome, shapes = null, startAttemptedAt, deployment: wanted, policy, actor, now } = params;
  if (wanted !== null && outcome.status !== 'completed') throw new Error('Only a completed training can be deployed.');
  if (wanted !== null) {
    // A run's endpoint never changes, so that it can be read before its lock.
    const run = await runWhere(tx, isNamed(trainingJobName));
    if (run) await tx.execute(lockEndpoint(endpointKeyOf(run.endpointName)));
  }
  const isOpen = mayBecome(trainingRuns.status, trainingRunTransitions, outcome.status);
  const before = await lockRun(tx, isNamed(trainingJobName), isOpen);
  if (!before) return null;
  const isOfStart = before.status === 'requested' && before.startAttemptedAt === startAttemptedAt;
  if (startAttemptedAt !== undefined && !isOfStart) return null;
  const { status, failureReason, failureKind, modelArtifact, metrics, trainingEndedAt } = outcome;
  const run = await change(tx, before.seq, {
    status,
    secondaryStatus: outcome.secondaryStatus ?? before.secondaryStatus,
    failureReason,
    failureKind,
    modelArtifact,
    metrics,
    shapes: before.shapes ?? shapes,
    trainingEndedAt,
    trainingCreatedAt: outcome.trainingCreatedAt ?? before.trainingCreatedAt,
    finishedAt: now,
    finishedBy: actor,
    updatedAt: now,
  });
  const detail = outcome.detail ?? failureReason;
  await appendTrainingHistory(tx, run, { from: before.status, to: run.status, actor, detail }, now);
  const queued = wanted && ((await activeDeploymentOf(tx, run)) ?? (await queueDeployment(tx, run, wanted, actor, now)));
  const refusal = queued && refusalAtEnd(run, queued, await findEndpoint(tx, run), now);
  const deployment = queued && refusal ? await reject(tx, queued, { refusal, policy, now }) : queued;
  return { run, deployment };
}
