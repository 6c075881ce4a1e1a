import { StoreUnavailableError } from '../../core/errors.ts';
import { taskLeaseTiming } from '../../core/timing.ts';
import type { ServiceContext } from '../context.ts';

const { leaseMs, renewAfterMs } = taskLeaseTiming;

/** Another process has the task by now. */
export class LeaseLostError extends Error {}

interface WithLeaseInput<T> {
  task: string;
  /** Calls `renew` now and then, which renews the lease. It throws LeaseLostError, which ends the work, when another process has it. */
  work: (renew: () => Promise<void>) => Promise<T>;
}

/**
 * Does work that may take much longer than its round, while no other process does it. Returns null when another process holds the lease,
 * or has taken it meanwhile. After a crash the lease ends by itself. A process that is paused for longer than the lease works beside the
 * next one until it renews, so the work has to be idempotent.
 */
export async function withLease<T>(
  { store, now }: Pick<ServiceContext, 'store' | 'now'>,
  { task, work }: WithLeaseInput<T>,
): Promise<T | null> {
  const lease = `${task}:lease`;
  let heldSince: number | null = now();
  if ((await store.leases.acquire({ task: lease, everyMs: leaseMs, now: heldSince })) === null) return null;
  const renew = async (): Promise<void> => {
    const at = now();
    if (heldSince !== null && Math.abs(at - heldSince) < renewAfterMs) return;
    heldSince = heldSince !== null && (await store.leases.renew({ task: lease, heldSince, now: at })) ? at : null;
    if (heldSince === null) throw new LeaseLostError();
  };
  try {
    return await work(renew);
  } catch (error) {
    if (error instanceof LeaseLostError) return null;
    throw error;
  } finally {
    if (heldSince !== null) await store.leases.release({ task: lease, heldSince }).catch(ignoreUnavailable);
  }
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof StoreUnavailableError)) throw error;
}
