import type { SQL } from 'drizzle-orm';
import { and, eq, sql } from './drizzle.ts';
import type { Store } from '../services/store.ts';
import { type Database, prepared } from './database.ts';
import { deploymentColumns, nextOn, outdatedBy, supersede } from './deployment-rows.ts';
import { tellOfDeployment } from './history.ts';
import { deployments } from './schema.ts';

const statements = prepared((db) => ({
  holdsFence: db
    .select({ held: sql<number>`1` })
    .from(deployments)
    .where(
      and(
        eq(deployments.deploymentId, sql.placeholder('deploymentId')),
        eq(deployments.fence, sql.placeholder('fence')),
        eq(deployments.status, 'in_progress'),
      ),
    )
    .prepare(),
}));

const underFence = (deploymentId: string, fence: number): SQL | undefined =>
  and(eq(deployments.deploymentId, deploymentId), eq(deployments.fence, fence), eq(deployments.status, 'in_progress'));

type Course = 'takeInHand' | 'holdsFence' | 'recordProgress' | 'finishDeployment';

export const courseOfDeployments = (database: Database): Pick<Store, Course> => ({
  takeInHand: (deploymentId) =>
    database.write(
      (tx) =>
        tx
          .update(deployments)
          .set({ fence: sql`${deployments.fence} + 1` })
          .where(and(eq(deployments.deploymentId, deploymentId), eq(deployments.status, 'in_progress')))
          .returning(deploymentColumns)
          .get() ?? null,
    ),

  holdsFence: (deploymentId, fence) =>
    database.read((db) => statements(db).holdsFence.get({ deploymentId, fence }) !== undefined),

  recordProgress: (deploymentId, fence, progress, detail, now) =>
    database.write((tx, db) => {
      const deployment = tx
        .update(deployments)
        // The fence stays what it is: with no progress at all there would be nothing to set.
        .set({ ...progress, fence })
        .where(underFence(deploymentId, fence))
        .returning(deploymentColumns)
        .get();
      if (!deployment) return null;
      if (detail !== '') {
        tellOfDeployment(db, deployment, { from: 'in_progress', to: 'in_progress', actor: 'worker', detail }, now);
      }
      return deployment;
    }),

  finishDeployment: (deploymentId, fence, outcome, now) =>
    database.write((tx, db) => {
      const { status } = outcome;
      // A reason that was recorded when it was first seen stays, unless all went well in the end.
      const kept = status === 'deployed' ? null : deployments.failureReason;
      const deployment = tx
        .update(deployments)
        .set({
          status,
          failureReason: sql`coalesce(${outcome.failureReason}, ${kept})`,
          supersededBy: outcome.supersededBy ?? null,
          inServiceAt: outcome.inServiceAt ?? null,
          finishedAt: now,
        })
        .where(underFence(deploymentId, fence))
        .returning(deploymentColumns)
        .get();
      if (!deployment) return null;
      const detail = outcome.detail ?? deployment.failureReason;
      tellOfDeployment(db, deployment, { from: 'in_progress', to: status, actor: 'worker', detail }, now);
      if (status === 'deployed') supersede(tx, db, outdatedBy(deployment), deployment, now);
      return { deployment, next: nextOn(tx, deployment) };
    }),
});
