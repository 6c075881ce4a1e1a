import type { SQL } from 'drizzle-orm';
import { and, eq, isNull, or, sql } from './drizzle.ts';
import { limitsAfterGap } from '../../core/deployment/time-limit.ts';
import type { DeploymentProgress } from '../../core/deployment/deployment.ts';
import { rebased } from '../../core/instants.ts';
import type { DeploymentStore } from '../../ports/store.ts';
import { notWaiting } from '../deployment-values.ts';
import { type Database, prepared } from './database.ts';
import { deploymentColumns, findDeployment, nextOn } from './deployments-queries.ts';
import { nextLiveOrder, supersedeOlder } from './deployments-queue.ts';
import { appendDeploymentHistory } from './history.ts';
import { turnDownRun } from './turned-down.ts';
import type { Db } from './open.ts';
import { deployments } from './schema.ts';

const param = (name: string): SQL => sql`${sql.placeholder(name)}`;

/** For a placeholder within an SQL expression, which drizzle does not map to JSON. */
const toJson = (value: object | null | undefined): string | null | undefined => value && JSON.stringify(value);

const withFencingToken = and(
  eq(deployments.deploymentId, param('deploymentId')),
  eq(deployments.fencingToken, param('fencingToken')),
  eq(deployments.status, 'in_progress'),
);

const statements = prepared((db) => ({
  isClaimCurrent: db
    .select({ held: sql<number>`1` })
    .from(deployments)
    .where(withFencingToken)
    .prepare(),
  reclaim: db
    .update(deployments)
    .set({
      fencingToken: sql`${deployments.fencingToken} + 1`,
      observedAt: param('now'),
      startedAt: param('startedAt'),
      deadlineAt: param('deadlineAt'),
      endpointChange: param('endpointChange'),
      failingSince: param('failingSince'),
      overdueSince: param('overdueSince'),
      waitsForSince: param('waitsForSince'),
      retryAt: param('retryAt'),
    })
    .where(and(eq(deployments.deploymentId, param('deploymentId')), eq(deployments.status, 'in_progress')))
    .returning(deploymentColumns)
    .prepare(),
  finish: db
    .update(deployments)
    .set({
      status: param('status'),
      // A reason that was recorded when it was first seen stays, unless all went well in the end.
      failureReason: sql`coalesce(${param('failureReason')},
        case when ${param('status')} <> 'deployed' then ${deployments.failureReason} end)`,
      failureKind: param('failureKind'),
      supersededBy: param('supersededBy'),
      inServiceAt: param('inServiceAt'),
      // Live, it was requested, also where the worker died before it recorded that SageMaker confirmed it.
      changeRequestedAt: sql`case when ${param('status')} = 'deployed'
        then coalesce(${deployments.changeRequestedAt}, ${deployments.endpointChange} ->> 'requestedAt')
        else ${deployments.changeRequestedAt} end`,
      unsettledSince: param('unsettledSince'),
      overdueSince: null,
      ...notWaiting,
      finishedAt: param('now'),
      liveOrder: sql`case when ${param('status')} = 'deployed' then ${nextLiveOrder} end`,
    })
    .where(and(withFencingToken, or(sql`${param('status')} <> 'deployed'`, isNull(deployments.abort))))
    .returning(deploymentColumns)
    .prepare(),
}));

type ProgressField = keyof DeploymentProgress;

const jsonFields = [
  'variant',
  'endpointConfig',
  'endpointChange',
  'gate',
  'approval',
  'rollout',
  'verification',
  'revert',
  'images',
] as const satisfies readonly ProgressField[];

const recording = (db: Db, fields: readonly ProgressField[]) =>
  db
    .update(deployments)
    // The fencing token stays what it is: with no progress at all there would be nothing to set.
    .set({ ...Object.fromEntries(fields.map((field) => [field, param(field)])), fencingToken: param('fencingToken') })
    .where(withFencingToken)
    .returning(deploymentColumns)
    .prepare();

/** By the fields that they set: each kind of step records its own, so there are few. */
const recordings = prepared(() => new Map<string, ReturnType<typeof recording>>());

function recorderOf(db: Db, progress: DeploymentProgress): ReturnType<typeof recording> {
  const fields = (Object.keys(progress) as ProgressField[]).filter((field) => progress[field] !== undefined).toSorted();
  const known = recordings(db);
  const key = fields.join();
  const statement = known.get(key) ?? recording(db, fields);
  known.set(key, statement);
  return statement;
}

type TransitionMethods = 'reclaim' | 'isClaimCurrent' | 'recordProgress' | 'finish';

export const deploymentTransitions = (database: Database): Pick<DeploymentStore, TransitionMethods> => ({
  reclaim: ({ deploymentId, now, intervalMs }) =>
    database.write((_tx, db) => {
      const before = findDeployment(db, deploymentId);
      if (before === null) return null;
      const { instants, wereAhead } = rebased(before, now);
      const limits = limitsAfterGap(instants, now, intervalMs);
      const endpointChange = toJson(instants.endpointChange);
      const deployment = statements(db).reclaim.get({ deploymentId, now, ...instants, endpointChange, ...limits });
      if (!deployment) return null;
      if (wereAhead) {
        const detail = 'the clock was put back: what counted from later counts from now';
        appendDeploymentHistory(db, deployment, { from: 'in_progress', to: 'in_progress', actor: 'worker', detail }, now);
      }
      return deployment;
    }),

  isClaimCurrent: ({ deploymentId, fencingToken }) =>
    database.read((db) => statements(db).isClaimCurrent.get({ deploymentId, fencingToken }) !== undefined),

  recordProgress: ({ deploymentId, fencingToken, progress, detail, now }) =>
    database.write((_tx, db) => {
      const deployment = recorderOf(db, progress).get({
        ...progress,
        ...Object.fromEntries(jsonFields.map((field) => [field, toJson(progress[field])])),
        deploymentId,
        fencingToken,
      });
      if (!deployment) return null;
      if (detail !== undefined) {
        appendDeploymentHistory(db, deployment, { from: 'in_progress', to: 'in_progress', actor: 'worker', detail }, now);
      }
      return deployment;
    }),

  finish: ({ deploymentId, fencingToken, outcome, now }) =>
    database.write((_tx, db) => {
      const { status, failureReason, failureKind = null, supersededBy = null, inServiceAt = null, unsettled = false } = outcome;
      const deployment = statements(db).finish.get({
        deploymentId,
        fencingToken,
        status,
        failureReason,
        failureKind,
        supersededBy,
        inServiceAt,
        unsettledSince: unsettled ? now : null,
        now,
      });
      if (!deployment) return null;
      const detail = outcome.detail ?? deployment.failureReason;
      appendDeploymentHistory(db, deployment, { from: 'in_progress', to: status, actor: 'worker', detail }, now);
      if (outcome.turnedDown !== undefined) turnDownRun(db, deployment.runSeq, outcome.turnedDown);
      else if (status === 'deployed') turnDownRun(db, deployment.runSeq, null);
      const superseded = status === 'deployed' ? supersedeOlder(db, deployment, now) : [];
      return { deployment, superseded, next: nextOn(db, deployment) };
    }),
});
