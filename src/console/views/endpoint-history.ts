import type { HistoryEntry } from '../../core/history.ts';
import type { ServiceContext } from '../../services/context.ts';

const wanted = 30;
/** How far back it is read, in ids, until there are enough. */
const windows = [500, 5_000, 20_000];
const mostRead = 1_000;

/** The newest entries of an endpoint and of the runs for it, the newest first. It does not go further back than the last window. */
export async function readEndpointHistory(
  { store }: ServiceContext,
  { endpointName }: { endpointName: string },
): Promise<HistoryEntry[]> {
  const { newest } = await store.history.head({ settled: Number.MAX_SAFE_INTEGER });
  let found: HistoryEntry[] = [];
  for (const window of windows) {
    const after = Math.max(0, newest - window);
    found = [];
    for (let from = after; from < newest;) {
      const { items, readTo } = await store.history.read({
        after: from,
        upTo: newest,
        limit: mostRead,
        filter: { endpointName },
      });
      // The steps of a deployment and the phases of a training are on their own pages.
      found.push(...items.filter((entry) => entry.from !== entry.to));
      from = readTo;
    }
    if (found.length >= wanted || after === 0) break;
  }
  return found.slice(-wanted).toReversed();
}
