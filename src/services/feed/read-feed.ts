import type { FeedState } from '../../core/feed/feed-state.ts';
import { feedTiming } from '../../core/feed/feed-timing.ts';
import type { Store } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';
import { feedTasks, findFeedCheckpoint } from './feed-checkpoints.ts';

/** @throws {StoreUnavailableError} */
export async function readFeedState(store: Pick<Store, 'leases' | 'metrics'>): Promise<FeedState> {
  const [{ runs }, sweptAt, coveredSince, relistedAt, relistReadAt] = await Promise.all([
    store.metrics.counts(),
    findFeedCheckpoint(store, feedTasks.swept),
    findFeedCheckpoint(store, feedTasks.covered),
    findFeedCheckpoint(store, feedTasks.relisted),
    findFeedCheckpoint(store, feedTasks.relistRead),
  ]);
  return { fleet: runs.training, sweptAt, coveredSince, relistedAt, relistReadAt };
}

export type ReadFeed = () => Promise<FeedState>;

const longestMemoryMs = 1_000;

/** Reads the feed's state for all checks of a process: at most once a second, and four times an interval. */
export function createFeedReader({ store, settings }: Pick<ServiceContext, 'store' | 'settings'>): ReadFeed {
  const forMs = Math.min(longestMemoryMs, feedTiming(settings.pollIntervalMs).tickMs);
  let read: { at: number; state: Promise<FeedState> } | null = null;
  return () => {
    const at = performance.now();
    if (read !== null && at - read.at < forMs) return read.state;
    const state = readFeedState(store);
    const fresh = { at, state };
    read = fresh;
    // The next check reads again, and not the same error.
    state.catch(() => {
      if (read === fresh) read = null;
    });
    return state;
  };
}
