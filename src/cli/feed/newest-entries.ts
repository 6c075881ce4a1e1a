import type { HistoryEntryBody } from '../../api/schemas/history.ts';
import { CliError } from '../cli-error.ts';
import type { Api } from '../http/api.ts';
import { FeedMissingError } from './read-feed.ts';

interface Page {
  items: HistoryEntryBody[];
  last_id: number;
}

interface Wanted {
  query: { training_job_name?: string; endpoint_name?: string };
  /** How many at least, where there are so many. */
  limit: number;
}

const pageSize = 1000;

/**
 * The newest entries of the history, the oldest first, and the id behind which the next ones come. The feed goes forward only: what is
 * before the newest id is read in spans that grow until there are enough.
 *
 * @throws {FeedMissingError}
 */
export async function newestEntries(
  api: Api,
  { query, limit }: Wanted,
): Promise<{ entries: HistoryEntryBody[]; lastId: number }> {
  const read = (after: number | 'latest'): Promise<Page> =>
    api.get<Page>('/history', { query: { ...query, after, limit: pageSize } }).catch((error: unknown) => {
      if (error instanceof CliError && error.problem?.code === 'not_found') throw new FeedMissingError(api.url);
      throw error;
    });
  const { last_id: lastId } = await read('latest');
  for (let span = 4 * Math.max(1, limit); ; span *= 8) {
    const entries = await readBetween(read, Math.max(0, lastId - span), lastId);
    if (entries.length >= limit || span >= lastId) return { entries, lastId };
  }
}

async function readBetween(read: (after: number) => Promise<Page>, after: number, lastId: number): Promise<HistoryEntryBody[]> {
  const entries: HistoryEntryBody[] = [];
  for (let from = after; from < lastId;) {
    const { items } = await read(from);
    entries.push(...items.filter(({ id }) => id <= lastId));
    if (items.length < pageSize) break;
    from = items.at(-1)?.id ?? lastId;
  }
  return entries;
}
