import { and, asc, gt, inArray, isNotNull, or } from './drizzle.ts';
import { activeDeploymentStatuses } from '../core/deployment.ts';
import type { Store } from '../services/store.ts';
import type { Database } from './database.ts';
import { deployments, trainingRuns } from './schema.ts';

type Unfinished = 'unfinishedRuns' | 'unfinishedDeployments';

export const unfinishedOnes = (database: Database): Pick<Store, Unfinished> => ({
  unfinishedRuns: (afterSeq, limit) =>
    database.read((db) =>
      db
        .select({
          seq: trainingRuns.seq,
          trainingJobName: trainingRuns.trainingJobName,
          endpointName: trainingRuns.endpointName,
          status: trainingRuns.status,
          createdAt: trainingRuns.createdAt,
          startAttemptedAt: trainingRuns.startAttemptedAt,
          trainingSinceAt: trainingRuns.trainingSinceAt,
        })
        .from(trainingRuns)
        .where(and(inArray(trainingRuns.status, ['requested', 'training']), gt(trainingRuns.seq, afterSeq)))
        .orderBy(asc(trainingRuns.seq))
        .limit(limit)
        .all(),
    ),

  unfinishedDeployments: (afterSeq, limit) =>
    database.read((db) =>
      db
        .select({
          seq: deployments.seq,
          deploymentId: deployments.deploymentId,
          trainingJobName: deployments.trainingJobName,
          endpointName: deployments.endpointName,
          status: deployments.status,
          createdAt: deployments.createdAt,
        })
        .from(deployments)
        .where(
          and(
            or(inArray(deployments.status, [...activeDeploymentStatuses]), isNotNull(deployments.unsettledSince)),
            gt(deployments.seq, afterSeq),
          ),
        )
        .orderBy(asc(deployments.seq))
        .limit(limit)
        .all(),
    ),
});
