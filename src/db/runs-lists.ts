/**
 * Which runs a list holds, as reads of an index that are limited by themselves: an engine would else read all runs of a status to sort
 * them, or to find the few of another status among them. In SQL that both engines take.
 */
import type { Placeholder, SQL } from 'drizzle-orm';
import {
  isFinishedRun,
  type TrainingRunStatus,
  trainingRunStatuses,
  unfinishedRunStatuses,
} from '../core/training/training-run.ts';
import { startTiming } from '../core/timing.ts';
import type { RunFilter } from '../ports/store.ts';
import { sql } from './drizzle.ts';

/** What the engines write in different ways. */
export interface TextFunctions {
  /** ASCII in lower case, whatever the language of the database is. */
  lower: (column: SQL) => SQL;
  contains: (column: SQL, part: string) => SQL;
}

const readSeqs = (where: SQL, order: 'asc' | 'desc', limit: number): SQL =>
  sql`select * from (select run.seq from training_runs run where ${where} order by run.seq ${sql.raw(order)} limit ${limit}) part`;

const isIn = (reads: readonly SQL[]): SQL =>
  reads.length === 0 ? sql`1 = 0` : sql`training_runs.seq in (${sql.join([...reads], sql` union all `)})`;

/** The newest runs of a filter before a place in the list; undefined: all of them. */
export function newestWith(filter: RunFilter, before: number | null, limit: number, texts: TextFunctions): SQL | undefined {
  const { statuses, deploymentStatuses: wanted } = filter;
  const others = otherConditions(filter, texts);
  const isBefore = before === null ? [] : [sql`run.seq < ${before}`];
  if (statuses === undefined && wanted === undefined) {
    if (others.length > 0) return isIn([readSeqs(sql.join([...others, ...isBefore], sql` and `), 'desc', limit)]);
    return before === null ? undefined : sql`training_runs.seq < ${before}`;
  }
  const reads = (statuses ?? trainingRunStatuses).flatMap((status) =>
    deploymentsOf(status, wanted).map((isOne) =>
      readSeqs(sql.join([sql`run.status = ${status}`, ...isOne, ...others, ...isBefore], sql` and `), 'desc', limit),
    ),
  );
  return isIn(reads);
}

/** All but the statuses, of the alias `run`. */
export const otherConditions = (
  { endpointName, nameContains, since, until }: Omit<RunFilter, 'statuses' | 'deploymentStatuses'>,
  { lower, contains }: TextFunctions,
): SQL[] => [
  ...(endpointName === undefined ? [] : [sql`${lower(sql`run.endpoint_name`)} = ${endpointName.toLowerCase()}`]),
  ...(nameContains === undefined ? [] : [contains(lower(sql`run.training_job_name`), nameContains.toLowerCase())]),
  ...(since === undefined ? [] : [sql`run.created_at >= ${since}`]),
  ...(until === undefined ? [] : [sql`run.created_at < ${until}`]),
];

/**
 * Only a run that has ended has a deployment. One read for each wanted status, as the index of those says it, or it is not used; none where
 * no run is like that.
 */
function deploymentsOf(of: TrainingRunStatus, wanted: RunFilter['deploymentStatuses']): SQL[][] {
  if (wanted === undefined) return [[]];
  if (!isFinishedRun(of)) return wanted.includes('none') ? [[]] : [];
  return [...new Set(wanted)].map((one) => [sql`run.finished_at is not null`, sql`run.deployment_status = ${one}`]);
}

/** The runs by status and deployment status under other conditions, of which there is one at least: a tally has those of all. */
export function countedWith(filter: Omit<RunFilter, 'statuses' | 'deploymentStatuses'>, texts: TextFunctions): SQL {
  const conditions = otherConditions(filter, texts);
  const others = conditions.length === 0 ? sql`` : sql` and ${sql.join(conditions, sql` and `)}`;
  const unfinished = sql.join(
    unfinishedRunStatuses.map((one) => sql`${one}`),
    sql`, `,
  );
  return sql`select run.status as status, run.deployment_status as deployment_status, count(*) as count from training_runs run
    where run.finished_at is not null${others} group by run.status, run.deployment_status
    union all select run.status, 'none', count(*) from training_runs run
    where run.status in (${unfinished})${others} group by run.status`;
}

/** The runs that no observation has ended, in order of recording. */
export const unfinishedAfter = (after: number, limit: number): SQL =>
  isIn(unfinishedRunStatuses.map((one) => readSeqs(sql`run.status = ${one} and run.seq > ${after}`, 'asc', limit)));

/** The runs that wait for their start (RunStore.listWaitingForStart). Its last part is hasPassed, in SQL. */
export const waitingForStart = (
  after: number | Placeholder,
  now: number | Placeholder,
): SQL => sql`training_runs.status = 'requested'
  and training_runs.seq > ${after} and training_runs.stop_requested_at is null and training_runs.start_refused_since is null
  and (training_runs.start_attempted_at is null
    or (training_runs.start_unresolved_at is null and training_runs.start_attempted_at <> training_runs.created_at
      and abs(${now} - training_runs.start_attempted_at) >= ${startTiming.leaseMs}))`;
