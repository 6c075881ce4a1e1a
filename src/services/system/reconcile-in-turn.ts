import { hasPassed } from '../../core/instants.ts';
import type { ServiceContext } from '../context.ts';
import { type SeenRecords, sweepTags } from '../delivery/sweep-tags.ts';
import { cleanUp } from '../retention/clean-up.ts';
import { reconcile, type Reconciled } from './reconcile.ts';
import { withLease } from './with-lease.ts';

/** The task's lease, and its checkpoint: when the last comparison that was completed began. */
export const reconcileTask = 'reconcile';
/** The share of the interval after which the next comparison may begin: processes look at random times within the interval. */
const dueAfter = 0.75;
/** A process that starts compares at once, unless another one has just done so. */
const dueAtStartMs = 5_000;

/** What one process remembers of its rounds. */
export interface ReconcileRounds {
  isFirst: boolean;
  seen: SeenRecords;
}

export const newReconcileRounds = (): ReconcileRounds => ({ isFirst: true, seen: new Map() });

/**
 * Compares the database with the queue when that is due and no other process does. Then it writes the tags that
 * are due at SageMaker, and cleans up what no policy keeps. Returns null otherwise. Where a process dies half-way nothing was completed, so
 * another one begins again as soon as the lease has ended.
 */
export async function reconcileInTurn(
  ctx: ServiceContext,
  { rounds, signal }: { rounds: ReconcileRounds; signal?: AbortSignal },
): Promise<Reconciled | null> {
  const { store, settings, now } = ctx;
  const intervalMs = settings.reconcileIntervalMs * dueAfter;
  const dueAfterMs = rounds.isFirst ? Math.min(dueAtStartMs, intervalMs) : intervalMs;
  const isDue = async (): Promise<boolean> => {
    const last = await store.leases.findCheckpoint(reconcileTask);
    return last === null || hasPassed(last, dueAfterMs, now());
  };
  if (!(await isDue())) {
    rounds.isFirst = false;
    return null;
  }
  return withLease(ctx, {
    task: reconcileTask,
    async work(renew) {
      // Another process may have completed one meanwhile.
      if (!(await isDue())) return null;
      const beganAt = now();
      const reconciled = await reconcile(ctx, { renew, signal });
      await store.leases.saveCheckpoint({ task: reconcileTask, checkpointAt: beganAt });
      rounds.isFirst = false;
      await sweepTags(ctx, { renew, seen: rounds.seen, signal });
      await cleanUp(ctx, { renew, signal });
      return reconciled;
    },
  });
}
