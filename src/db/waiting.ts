/** What waits, in SQL that both engines take. */
import type { SQL } from 'drizzle-orm';
import type { WaitingCounts, WaitingKind } from '../ports/store.ts';
import { sql } from './drizzle.ts';
import { endpointsTally } from './tallies.ts';

export interface WaitingRow {
  kind: WaitingKind | 'overdue';
  since: number | string;
  count: number | string;
}

/**
 * A row for each kind of what waits, and one for what is overdue. A deployment whose turn has not come yet says nothing of its wait before
 * it is first claimed.
 */
export const waitingRows = (now: number): SQL => sql`
  select kind, min(since) as since, count(*) as count from (
    select coalesce(waits_for_kind, 'turn') as kind, coalesce(waits_for_since, created_at) as since
      from deployments where status in ('queued', 'awaiting_approval')
    union all
    select waits_for_kind, waits_for_since from deployments where status = 'in_progress' and waits_for_kind is not null
    union all
    select 'overdue', deadline_at from deployments where status = 'in_progress' and deadline_at < ${now}
    union all
    select 'start', created_at from (select created_at from training_runs where status = 'requested' order by seq limit 1) first_run
  ) waits group by kind`;

export const toWaitingCounts = (rows: readonly WaitingRow[]): WaitingCounts => ({
  oldest: rows.flatMap(({ kind, since }) => (kind === 'overdue' ? [] : [{ kind, since: Number(since) }])),
  overdue: Number(rows.find(({ kind }) => kind === 'overdue')?.count ?? 0),
});

/** Of each listed endpoint the deployment that is live, by one read of an index. */
export const liveSinceRows = sql`
  select label as "endpointKey", (
    select coalesce(in_service_at, finished_at) from deployments
    where endpoint_key = label and status = 'deployed' and live_order is not null order by live_order desc limit 1
  ) as since from tallies where name = '${sql.raw(endpointsTally)}' and bucket = 0 order by label`;

export const toLiveSince = (
  rows: readonly { endpointKey: string; since: number | string | null }[],
): { endpointKey: string; since: number }[] =>
  rows.flatMap(({ endpointKey, since }) => (since === null ? [] : [{ endpointKey, since: Number(since) }]));
