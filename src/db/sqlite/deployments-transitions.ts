import type { SQL } from 'drizzle-orm';
import { and, eq, sql } from './drizzle.ts';
import { limitsAfterGap } from '../../core/deployment/time-limit.ts';
import type { DeploymentProgress } from '../../core/deployment/deployment.ts';
import { rebased } from '../../core/instants.ts';
import type { Store } from '../../ports/store.ts';
import { type Database, prepared } from './database.ts';
import { deploymentColumns, findDeployment, nextLiveOrder, nextOn, supersedeOlder } from './deployments-queries.ts';
import { tellOfDeployment } from './history.ts';
import type { Db } from './open.ts';
import { deployments } from './schema.ts';

const given = (name: string): SQL => sql`${sql.placeholder(name)}`;

const underFence = and(
  eq(deployments.deploymentId, given('deploymentId')),
  eq(deployments.fence, given('fence')),
  eq(deployments.status, 'in_progress'),
);

const statements = prepared((db) => ({
  holdsFence: db
    .select({ held: sql<number>`1` })
    .from(deployments)
    .where(underFence)
    .prepare(),
  takeInHand: db
    .update(deployments)
    .set({
      fence: sql`${deployments.fence} + 1`,
      lookedAt: given('now'),
      startedAt: given('startedAt'),
      deadlineAt: given('deadlineAt'),
      askedAt: given('askedAt'),
      acknowledgedAt: given('acknowledgedAt'),
      troubleSince: given('troubleSince'),
      overdueSince: given('overdueSince'),
      waitsForSince: given('waitsForSince'),
      retryAt: given('retryAt'),
    })
    .where(and(eq(deployments.deploymentId, given('deploymentId')), eq(deployments.status, 'in_progress')))
    .returning(deploymentColumns)
    .prepare(),
  finish: db
    .update(deployments)
    .set({
      status: given('status'),
      // A reason that was recorded when it was first seen stays, unless all went well in the end.
      failureReason: sql`coalesce(${given('failureReason')},
        case when ${given('status')} <> 'deployed' then ${deployments.failureReason} end)`,
      failureKind: given('failureKind'),
      supersededBy: given('supersededBy'),
      inServiceAt: given('inServiceAt'),
      unsettledSince: given('unsettledSince'),
      overdueSince: null,
      waitsForKind: null,
      waitsForSince: null,
      waitsForDetail: null,
      finishedAt: given('now'),
      liveOrder: sql`case when ${given('status')} = 'deployed' then ${nextLiveOrder} end`,
    })
    .where(underFence)
    .returning(deploymentColumns)
    .prepare(),
}));

type ProgressField = keyof DeploymentProgress;

const recording = (db: Db, fields: readonly ProgressField[]) =>
  db
    .update(deployments)
    // The fence stays what it is: with no progress at all there would be nothing to set.
    .set({ ...Object.fromEntries(fields.map((field) => [field, given(field)])), fence: given('fence') })
    .where(underFence)
    .returning(deploymentColumns)
    .prepare();

/** By the fields that they set: each kind of step records its own, so there are few. */
const recordings = prepared(() => new Map<string, ReturnType<typeof recording>>());

function recordingOf(db: Db, progress: DeploymentProgress): ReturnType<typeof recording> {
  const fields = (Object.keys(progress) as ProgressField[]).filter((field) => progress[field] !== undefined).toSorted();
  const known = recordings(db);
  const key = fields.join();
  const statement = known.get(key) ?? recording(db, fields);
  known.set(key, statement);
  return statement;
}

type Course = 'takeInHand' | 'holdsFence' | 'recordProgress' | 'finishDeployment';

export const courseOfDeployments = (database: Database): Pick<Store, Course> => ({
  takeInHand: (deploymentId, now, intervalMs) =>
    database.write((_tx, db) => {
      const before = findDeployment(db, deploymentId);
      if (before === null) return null;
      const { instants, wereAhead } = rebased(before, now);
      const limits = limitsAfterGap(instants, now, intervalMs);
      const deployment = statements(db).takeInHand.get({ deploymentId, now, ...instants, ...limits });
      if (!deployment) return null;
      if (wereAhead) {
        const detail = 'the clock was put back: what counted from later counts from now';
        tellOfDeployment(db, deployment, { from: 'in_progress', to: 'in_progress', actor: 'worker', detail }, now);
      }
      return deployment;
    }),

  holdsFence: (deploymentId, fence) =>
    database.read((db) => statements(db).holdsFence.get({ deploymentId, fence }) !== undefined),

  recordProgress: (deploymentId, fence, progress, detail, now) =>
    database.write((_tx, db) => {
      // Past drizzle's mapping.
      const variant = progress.variant && JSON.stringify(progress.variant);
      const deployment = recordingOf(db, progress).get({ ...progress, variant, deploymentId, fence });
      if (!deployment) return null;
      if (detail !== '') {
        tellOfDeployment(db, deployment, { from: 'in_progress', to: 'in_progress', actor: 'worker', detail }, now);
      }
      return deployment;
    }),

  finishDeployment: (deploymentId, fence, outcome, now) =>
    database.write((_tx, db) => {
      const { status, failureReason, failureKind = null, supersededBy = null, inServiceAt = null, unsettled = false } = outcome;
      const deployment = statements(db).finish.get({
        deploymentId,
        fence,
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
      tellOfDeployment(db, deployment, { from: 'in_progress', to: status, actor: 'worker', detail }, now);
      if (status === 'deployed') supersedeOlder(db, deployment, now);
      return { deployment, next: nextOn(db, deployment) };
    }),
});
