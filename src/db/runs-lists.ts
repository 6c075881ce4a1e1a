/**
 * Which runs a list holds, as reads of an index that are limited by themselves: an engine would else read all runs of a status to sort
 * them, or to find the few of another status among them. In SQL that both engines take.
 */
import type { Placeholder, SQL } from 'drizzle-orm';
import type { DeploymentStatus } from '../core/deployment/deployment.ts';
import {
  isFinishedRun,
  type TrainingRunStatus,
  trainingRunStatuses,
  unfinishedRunStatuses,
} from '../core/training/training-run.ts';
import { startTiming } from '../core/timing.ts';
import { sql } from './drizzle.ts';

interface RunFilter {
  status?: TrainingRunStatus;
  deploymentStatus?: DeploymentStatus | 'none';
}

const readSeqs = (where: SQL, order: 'asc' | 'desc', limit: number): SQL =>
  sql`select * from (select run.seq from training_runs run where ${where} order by run.seq ${sql.raw(order)} limit ${limit}) part`;

const isIn = (reads: readonly SQL[]): SQL =>
  reads.length === 0 ? sql`1 = 0` : sql`training_runs.seq in (${sql.join([...reads], sql` union all `)})`;

/** The newest runs of a filter before a place in the list; undefined: all of them. */
export function newestWith(filter: RunFilter, before: number | null, limit: number): SQL | undefined {
  if (filter.status === undefined && filter.deploymentStatus === undefined)
    return before === null ? undefined : sql`training_runs.seq < ${before}`;
  const isBefore = before === null ? sql`` : sql` and run.seq < ${before}`;
  const statuses = filter.status === undefined ? trainingRunStatuses : [filter.status];
  const reads = statuses.flatMap((one) => {
    const isOne = deploymentIs(one, filter.deploymentStatus);
    return isOne === null ? [] : [readSeqs(sql`run.status = ${one}${isOne}${isBefore}`, 'desc', limit)];
  });
  return isIn(reads);
}

/** Only a run that has ended has a deployment. As the index of those says it, or it is not used; null: no run is like that. */
function deploymentIs(of: TrainingRunStatus, wanted: RunFilter['deploymentStatus']): SQL | null {
  if (wanted === undefined) return sql``;
  if (isFinishedRun(of)) return sql` and run.finished_at is not null and run.deployment_status = ${wanted}`;
  return wanted === 'none' ? sql`` : null;
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
