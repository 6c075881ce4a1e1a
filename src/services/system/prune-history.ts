import { setTimeout as delay } from 'node:timers/promises';
import { keptLive } from '../../core/retention.ts';
import type { EndedRun } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';
import { withLease } from './with-lease.ts';

/** One transaction; other writers have their turn between two. */
const batchSize = 50;
const pauseMs = 20;
/** What is left is deleted in the next round. */
const longestMs = 10_000;

/**
 * Deletes the runs that ended longer ago than the history is kept and that nothing needs (RunStore.prune), in one process at a time.
 * Returns how many; null when the history is kept for ever, or another process does it. A crash leaves whole runs, and the next round
 * continues.
 */
export async function pruneHistory(ctx: ServiceContext, { signal }: { signal?: AbortSignal } = {}): Promise<number | null> {
  const { store, settings, now, log } = ctx;
  const { historyRetentionMs } = settings;
  if (historyRetentionMs === null) return null;
  const endedBefore = now() - historyRetentionMs;
  const work = async (renew: () => Promise<void>): Promise<number> => {
    const until = performance.now() + longestMs;
    let pruned = 0;
    let after: EndedRun | null = null;
    try {
      do {
        signal?.throwIfAborted();
        await renew();
        const batch: Awaited<ReturnType<typeof store.runs.prune>> = await store.runs.prune({
          endedBefore,
          keepLive: keptLive,
          after,
          limit: batchSize,
        });
        pruned += batch.pruned;
        after = batch.next;
        await delay(pauseMs, undefined, { signal });
      } while (after !== null && performance.now() < until);
    } finally {
      const fields = { event: 'history.pruned', runs: pruned, ended_before: new Date(endedBefore).toISOString() };
      if (pruned > 0) log.info(fields, 'old runs deleted with their deployments and history');
    }
    return pruned;
  };
  return withLease(ctx, { task: 'prune-history', work });
}
