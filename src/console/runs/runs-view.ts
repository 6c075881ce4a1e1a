import type { RunView } from '../../ports/store.ts';
import type { ServiceContext } from '../../services/context.ts';
import { listRuns, type RunList } from '../../services/training/list-runs.ts';
import { filterOf, type RunsQuery } from './query.ts';

export interface RunsView extends RunList {
  query: RunsQuery;
  /** What is wrong with the address, a sentence each. */
  issues: readonly string[];
  /** How many were recorded since the page was opened, which it does not show. */
  newer: { count: number; isMore: boolean };
  /** What is recorded after this instant is new to a page that is open; null where the page does not begin with the newest run. */
  top: number | null;
}

/** More are not counted one by one. */
const maxNewer = 20;

/** Reads the page Runs. While it follows what happens it keeps its rows, which `query.top` bounds. */
export async function readRuns(
  ctx: ServiceContext,
  { query, issues }: { query: RunsQuery; issues: readonly string[] },
): Promise<RunsView> {
  const filter = filterOf(query, ctx.now());
  const { limit, cursor, top } = query;
  if (top === null || cursor !== null) {
    const list = await listRuns(ctx, { filter, page: { limit, cursor } });
    return {
      ...list,
      query,
      issues,
      newer: { count: 0, isMore: false },
      top: cursor === null ? topOf(list.page.items, ctx) : null,
    };
  }
  const [{ page: newest, counts }, page] = await Promise.all([
    listRuns(ctx, { filter, page: { limit: maxNewer + 1, cursor: null } }),
    ctx.store.runs.list({ filter: { ...filter, until: Math.min(top, filter.until ?? top) }, page: { limit, cursor } }),
  ]);
  const newer = newest.items.filter(({ createdAt }) => createdAt >= top).length;
  return { page, counts, query, issues, newer: { count: Math.min(newer, maxNewer), isMore: newer > maxNewer }, top };
}

const topOf = (items: readonly RunView[], { now }: ServiceContext): number =>
  items.length === 0 ? now() : Math.max(...items.map(({ createdAt }) => createdAt)) + 1;
