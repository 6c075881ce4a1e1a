import { StoreUnavailableError } from '../../core/errors.ts';
import { taskLeaseTiming } from '../../core/timing.ts';
import type { ServiceContext } from '../context.ts';

const { leaseMs, renewAfterMs } = taskLeaseTiming;

interface WithLeaseInput<T> {
  task: string;
  /** Calls `renew` now and then, which renews the lease. */
  work: (renew: () => Promise<void>) => Promise<T>;
}

/**
 * Does work that may take much longer than its round, while no other process does it. Returns null when another process holds the lease.
 * After a crash the lease ends by itself.
 */
export async function withLease<T>(
  { store, now }: Pick<ServiceContext, 'store' | 'now'>,
  { task, work }: WithLeaseInput<T>,
): Promise<T | null> {
  const lease = `${task}:lease`;
  const heldAt = await store.leases.findCheckpoint(lease);
  if (heldAt !== null && Math.abs(now() - heldAt) < leaseMs) return null;
  let renewedAt = now();
  const renew = async (): Promise<void> => {
    if (Math.abs(now() - renewedAt) < renewAfterMs) return;
    renewedAt = now();
    await store.leases.saveCheckpoint({ task: lease, checkpointAt: renewedAt });
  };
  await store.leases.saveCheckpoint({ task: lease, checkpointAt: renewedAt });
  try {
    return await work(renew);
  } finally {
    await store.leases.saveCheckpoint({ task: lease, checkpointAt: 0 }).catch(ignoreUnavailable);
  }
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof StoreUnavailableError)) throw error;
}
