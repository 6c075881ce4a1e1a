import { type FeedMode, feedMode } from '../../core/feed/feed-state.ts';
import type { SkippedItem } from '../../core/skipped.ts';
import type { ServiceContext } from '../context.ts';
import { feedTasks, findFeedCheckpoint } from './feed-checkpoints.ts';
import { readFeedState } from './read-feed.ts';

/** The change feed, for operators and monitoring. */
export interface FeedStatus {
  mode: FeedMode | 'off';
  sweptAt: number | null;
  relistedAt: number | null;
  /** Trainings whose end sweeps were the first to show, and walks through the list. */
  found: { search: number; list: number };
  /** The parts that fail: `search`, `list`. */
  problems: SkippedItem[];
}

/** @throws {StoreUnavailableError} */
export async function readFeedStatus({
  store,
  settings,
  now,
}: Pick<ServiceContext, 'store' | 'settings' | 'now'>): Promise<FeedStatus> {
  const [state, search, list, skipped] = await Promise.all([
    readFeedState(store),
    findFeedCheckpoint(store, feedTasks.found),
    findFeedCheckpoint(store, feedTasks.missed),
    store.skipped.list(),
  ]);
  const isOff = settings.changeFeed === 'off';
  return {
    mode: isOff ? 'off' : feedMode(state, settings.pollIntervalMs, now()),
    sweptAt: state.sweptAt,
    relistedAt: state.relistedAt,
    found: { search: search ?? 0, list: list ?? 0 },
    problems: isOff ? [] : skipped.filter(({ kind }) => kind === 'change_feed'),
  };
}
