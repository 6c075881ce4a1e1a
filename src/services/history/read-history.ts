import type { HistoryEntry } from '../../core/history.ts';
import type { HistoryFilter } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';
import type { HistoryFeed } from './history-feed.ts';
import type { HistoryReader } from './history-reader.ts';

interface ReadHistoryInput {
  /** The id of the last entry that the caller has; `latest`: it wants what comes from now on. */
  after: number | 'latest';
  filter: HistoryFilter;
  limit: number;
  /** How long to wait for the first entry; 0: not at all. */
  waitMs: number;
  feed: HistoryFeed;
  /** Of the caller: aborted when it does not wait any more. */
  signal?: AbortSignal;
}

export interface HistoryPage {
  /** In the order of ids. */
  items: readonly HistoryEntry[];
  /** The id to continue behind: the last one's, or the caller's own. */
  lastId: number;
  /** Behind an id that this database has not given out there is nothing to continue with: it is an older state, or another one. */
  isReset: boolean;
}

/**
 * Returns the entries of all runs behind an id, in order, and waits for the first one where there is none. An entry that a caller has not
 * seen is in one of the next pages, whatever happens at once: none becomes visible behind one that was returned.
 *
 * @throws {StoreUnavailableError}
 */
export async function readHistory(
  { store }: Pick<ServiceContext, 'store'>,
  { after: wanted, filter, limit, waitMs, feed, signal }: ReadHistoryInput,
): Promise<HistoryPage> {
  const { settled, issued } = await feed.settle();
  const after = wanted === 'latest' ? settled : wanted;
  const isReset = after > issued;
  const items: HistoryEntry[] = [];
  for (let from = after; from < settled && items.length < limit;) {
    const page = await store.history.read({ after: from, upTo: settled, limit: limit - items.length, filter });
    items.push(...page.items);
    from = page.readTo;
  }
  if (items.length === 0 && waitMs > 0) {
    const reader = await feed.subscribe({ after: isReset ? 'latest' : Math.max(after, settled), filter });
    const found = await firstOf(reader, waitMs, signal);
    // Its ids are of another order.
    if (!isReset) items.push(...found.slice(0, limit));
  }
  return { items, lastId: items.at(-1)?.id ?? after, isReset };
}

async function firstOf(reader: HistoryReader, waitMs: number, signal: AbortSignal | undefined): Promise<readonly HistoryEntry[]> {
  const end = (): void => reader.close();
  const timer = setTimeout(end, waitMs);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  try {
    const batch = await reader.next();
    return batch.kind === 'entries' ? batch.entries : [];
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    end();
  }
}
