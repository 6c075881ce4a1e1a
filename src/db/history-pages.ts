/** Which entries of the history a page has, in SQL that both engines take. */
import type { SQL } from 'drizzle-orm';
import type { HistoryFilter } from '../ports/store.ts';
import { sql } from './drizzle.ts';

/** How many entries are read at most to find those of one endpoint, for which there is no index: no read takes long. */
const windowSize = 2_000;

/** Where a page that begins behind `after` has to end at the latest; null: at `upTo`, since an index finds its entries. */
export const windowOf = ({ endpointName, trainingJobName }: HistoryFilter, after: number, upTo: number): SQL | null =>
  endpointName === undefined || trainingJobName !== undefined
    ? null
    : sql`select max(part.seq) as "end" from
        (select seq from history where seq > ${after} and seq <= ${upTo} order by seq limit ${windowSize}) part`;

/** Of the tables `history` and, joined, `training_runs`. */
export function entriesOf(
  { endpointName, trainingJobName }: HistoryFilter,
  { after, upTo }: { after: number; upTo: number },
  lower: (column: SQL) => SQL,
): SQL {
  const conditions = [
    sql`history.seq > ${after} and history.seq <= ${upTo}`,
    ...(trainingJobName === undefined
      ? []
      : [
          sql`history.run_seq in (select seq from training_runs where ${lower(sql`training_job_name`)} = ${trainingJobName.toLowerCase()})`,
        ]),
    ...(endpointName === undefined
      ? []
      : [sql`${lower(sql`coalesce(history.endpoint_name, training_runs.endpoint_name)`)} = ${endpointName.toLowerCase()}`]),
  ];
  return sql.join(conditions, sql` and `);
}
