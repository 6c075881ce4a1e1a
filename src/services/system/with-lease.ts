import { StoreUnavailableError } from '../../core/errors.ts';
import type { ServiceContext } from '../context.ts';

/** Longer than any one call in the work takes. */
const leaseMs = 15_000;
const renewAfterMs = 1000;

/**
 * Does work that may take much longer than its turn, while no other process does it: `keep` is to be called now and then, and renews the
 * lease. null when another process has it. After a crash it ends by itself.
 */
export async function withLease<T>(
  { store, now }: Pick<ServiceContext, 'store' | 'now'>,
  task: string,
  work: (keep: () => Promise<void>) => Promise<T>,
): Promise<T | null> {
  const mark = `${task}:lease`;
  const renewedAt = await store.leases.findCheckpoint(mark);
  if (renewedAt !== null && Math.abs(now() - renewedAt) < leaseMs) return null;
  let keptAt = now();
  await store.leases.saveCheckpoint({ task: mark, checkpointAt: keptAt });
  try {
    return await work(async () => {
      if (Math.abs(now() - keptAt) < renewAfterMs) return;
      keptAt = now();
      await store.leases.saveCheckpoint({ task: mark, checkpointAt: keptAt });
    });
  } finally {
    await store.leases.saveCheckpoint({ task: mark, checkpointAt: 0 }).catch(unlessAway);
  }
}

function unlessAway(error: unknown): void {
  if (!(error instanceof StoreUnavailableError)) throw error;
}
