/** What becomes of a deployment after its end, and what is known of those that made what is live. */
import { and, desc, eq, isNotNull, sql } from './drizzle.ts';
import type { DeploymentStore } from '../../ports/store.ts';
import { endpointKeyOf } from '../deployment-values.ts';
import type { Database } from './database.ts';
import { deploymentColumns, nextOn, inProgressOn } from './deployments-queries.ts';
import { nextLiveOrder, supersedeOlder } from './deployments-queue.ts';
import { appendDeploymentHistory } from './history.ts';
import { deployments } from './schema.ts';

type AfterwardsMethods = 'revive' | 'recordUnsettled' | 'findMaker';

const unsettled = (deploymentId: string) =>
  and(eq(deployments.deploymentId, deploymentId), eq(deployments.status, 'failed'), isNotNull(deployments.unsettledSince));

export const deploymentAfterwards = (database: Database): Pick<DeploymentStore, AfterwardsMethods> => ({
  revive: ({ deploymentId, inServiceAt, images = null, now }) =>
    database.write((tx, db) => {
      const before = tx.select(deploymentColumns).from(deployments).where(unsettled(deploymentId)).get();
      if (!before || inProgressOn(db, before) !== null) return null;
      const deployment = tx
        .update(deployments)
        .set({
          status: 'deployed',
          failureReason: null,
          failureKind: null,
          inServiceAt,
          images,
          unsettledSince: null,
          finishedAt: now,
          liveOrder: sql`${nextLiveOrder}`,
        })
        .where(unsettled(deploymentId))
        .returning(deploymentColumns)
        .get();
      const detail = `live all the same; it had been ended: ${before.failureReason}`;
      appendDeploymentHistory(db, deployment, { from: 'failed', to: 'deployed', actor: 'worker', detail }, now);
      const superseded = supersedeOlder(db, deployment, now);
      return { deployment, superseded, next: nextOn(db, deployment) };
    }),

  recordUnsettled: ({ deploymentId, since }) =>
    database.write((tx) => void tx.update(deployments).set({ unsettledSince: since }).where(unsettled(deploymentId)).run()),

  findMaker: ({ endpointName, resource: { what, name } }) =>
    database.read((db) => {
      const column = what === 'model' ? deployments.modelName : deployments.endpointConfigName;
      return (
        db
          .select(deploymentColumns)
          .from(deployments)
          .where(and(eq(deployments.endpointKey, endpointKeyOf(endpointName)), sql`lower(${column}) = ${name.toLowerCase()}`))
          .orderBy(desc(deployments.seq))
          .limit(1)
          .get() ?? null
      );
    }),
});
