/** What becomes of a deployment after its end, and what is known of those that made what is live. */
import type { DeploymentStore } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { deploymentColumns, deploymentUnderLock, inProgressOn, isOnEndpoint, nextOn } from './deployment-rows.ts';
import { nextLiveOrder, supersedeOlder } from './deployments-queue.ts';
import { and, desc, eq, isNotNull, sql } from './drizzle.ts';
import { appendDeploymentHistory } from './history.ts';
import { deployments } from './schema.ts';

type AfterwardsMethods = 'revive' | 'recordUnsettled' | 'findMaker';

const unsettled = (deploymentId: string) =>
  and(eq(deployments.deploymentId, deploymentId), eq(deployments.status, 'failed'), isNotNull(deployments.unsettledSince));

export const deploymentAfterwards = (database: Database): Pick<DeploymentStore, AfterwardsMethods> => ({
  revive: ({ deploymentId, inServiceAt, images = null, now }) =>
    database.write(async (tx) => {
      const before = await deploymentUnderLock(tx, deploymentId);
      if (before === null || (await inProgressOn(tx, before)) !== null) return null;
      const [deployment] = await tx
        .update(deployments)
        .set({
          status: 'deployed',
          failureReason: null,
          failureKind: null,
          inServiceAt,
          images,
          unsettledSince: null,
          finishedAt: now,
          liveOrder: nextLiveOrder,
        })
        .where(unsettled(deploymentId))
        .returning(deploymentColumns);
      if (!deployment) return null;
      const detail = `live all the same; it had been ended: ${before.failureReason}`;
      await appendDeploymentHistory(tx, deployment, { from: 'failed', to: 'deployed', actor: 'worker', detail }, now);
      const superseded = await supersedeOlder(tx, deployment, now);
      return { deployment, superseded, next: await nextOn(tx, deployment) };
    }),

  recordUnsettled: ({ deploymentId, since }) =>
    database.write(async (tx) => {
      await tx.update(deployments).set({ unsettledSince: since }).where(unsettled(deploymentId));
    }),

  findMaker: ({ endpointName, resource: { what, name } }) =>
    database.read(async (db) => {
      const column = what === 'model' ? deployments.modelName : deployments.endpointConfigName;
      const [maker] = await db
        .select(deploymentColumns)
        .from(deployments)
        .where(and(isOnEndpoint({ endpointName }), sql`lower(${column} collate "C") = ${name.toLowerCase()}`))
        .orderBy(desc(deployments.seq))
        .limit(1);
      return maker ?? null;
    }),
});
