import { and, eq } from './drizzle.ts';
import type { RunStore } from '../../ports/store.ts';
import { isInProgress } from '../needed-runs.ts';
import type { Database } from './database.ts';
import { endedOf } from './notifications.ts';
import { recordSkipped } from './skipped.ts';
import { history } from './schema-history.ts';
import { deployments, trainingRuns } from './schema.ts';
import { notifications } from './schema-delivery.ts';

export const runRemoval = (database: Database): Pick<RunStore, 'remove'> => ({
  remove: ({ trainingJobName, status, now }) =>
    database.write((tx) => {
      const run = tx
        .select({ seq: trainingRuns.seq })
        .from(trainingRuns)
        .where(and(eq(trainingRuns.trainingJobName, trainingJobName), eq(trainingRuns.status, status)))
        .get();
      if (run === undefined) return 'changed';
      const own = eq(deployments.runSeq, run.seq);
      if (tx.select({ seq: deployments.seq }).from(deployments).where(and(own, isInProgress)).get())
        return 'deployment_in_progress';
      tx.delete(notifications).where(endedOf(own)).run();
      tx.delete(history).where(eq(history.runSeq, run.seq)).run();
      tx.delete(deployments).where(own).run();
      tx.delete(trainingRuns).where(eq(trainingRuns.seq, run.seq)).run();
      recordSkipped(tx, 'removed_run', trainingJobName, 'removed', now);
      return 'removed';
    }),
});
