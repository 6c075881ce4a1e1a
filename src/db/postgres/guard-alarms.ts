import { finishedDeploymentStatuses } from '../../core/deployment/deployment.ts';
import type { GuardAlarmStore } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { and, asc, eq, inArray, isNull, or } from './drizzle.ts';
import { guardAlarms } from './schema-delivery.ts';
import { deployments } from './schema.ts';

/** A deployment that was deleted with its run has ended, too. */
const hasEnded = or(
  isNull(deployments.deploymentId),
  and(inArray(deployments.status, [...finishedDeploymentStatuses]), isNull(deployments.unsettledSince)),
);

export const guardAlarmStore = (database: Database): GuardAlarmStore => ({
  record: ({ deploymentId, names, now }) =>
    database.write(async (tx) => {
      const rows = names.map((alarmName) => ({ alarmName, deploymentId, createdAt: now }));
      if (rows.length > 0) await tx.insert(guardAlarms).values(rows).onConflictDoNothing();
    }),

  listEnded: (limit) =>
    database.read(async (db) => {
      const rows = await db
        .select({ name: guardAlarms.alarmName })
        .from(guardAlarms)
        .leftJoin(deployments, eq(deployments.deploymentId, guardAlarms.deploymentId))
        .where(hasEnded)
        .orderBy(asc(guardAlarms.alarmName))
        .limit(limit);
      return rows.map(({ name }) => name);
    }),

  forget: (names) =>
    database.write(async (tx) => {
      await tx.delete(guardAlarms).where(inArray(guardAlarms.alarmName, [...names]));
    }),
});
