import type { RunStore } from '../../ports/store.ts';
import { isInProgress } from '../needed-runs.ts';
import type { Database } from './database.ts';
import { endpointKeyOf } from '../deployment-values.ts';
import { and, eq } from './drizzle.ts';
import { lockEndpoint } from './lock-keys.ts';
import { isNamed, runWhere } from './run-rows.ts';
import { history } from './schema-history.ts';
import { deployments, trainingRuns } from './schema.ts';
import { notifications } from './schema-delivery.ts';
import { endedOf } from './notifications.ts';
import { recordSkipped } from './skipped.ts';

export const runRemoval = (database: Database): Pick<RunStore, 'remove'> => ({
  remove: ({ trainingJobName, status, now }) =>
    database.write(async (tx) => {
      const ofStatus = and(isNamed(trainingJobName), eq(trainingRuns.status, status));
      const found = await runWhere(tx, ofStatus);
      if (!found) return 'changed';
      // Without it a deployment could be claimed, or queued, between the statements.
      await tx.execute(lockEndpoint(endpointKeyOf(found.endpointName)));
      const [run] = await tx.select({ seq: trainingRuns.seq }).from(trainingRuns).where(ofStatus).for('update');
      if (!run) return 'changed';
      const own = eq(deployments.runSeq, run.seq);
      const [busy] = await tx.select({ seq: deployments.seq }).from(deployments).where(and(own, isInProgress)).limit(1);
      if (busy) return 'deployment_in_progress';
      await tx.delete(notifications).where(endedOf(own));
      await tx.delete(history).where(eq(history.runSeq, run.seq));
      await tx.delete(deployments).where(own);
      await tx.delete(trainingRuns).where(eq(trainingRuns.seq, run.seq));
      await recordSkipped(tx, 'removed_run', trainingJobName, 'removed', now);
      return 'removed';
    }),
});
