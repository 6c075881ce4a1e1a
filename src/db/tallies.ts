/** The counts over all runs and deployments that triggers keep, in SQL that both engines take. */
import { latencyBucketsMs } from '../core/latency-buckets.ts';
import type { DeletedCounts, NotificationCounts, RunCount } from '../ports/store.ts';

/** The instants of a deployment whose distance from the training's end is measured. */
const reached = { queued: 'created_at', requested: 'change_requested_at', in_service: 'in_service_at' } as const;
type Reached = keyof typeof reached;

/** What one row adds to the tallies: nothing where `when` does not hold. */
export interface Tally {
  /** A counter over all that ever happened: it does not fall when rows are deleted. Otherwise it counts the rows that there are. */
  isTotal: boolean;
  table: 'training_runs' | 'deployments';
  /** What the others follow from. */
  columns: readonly string[];
  name: string;
  label: (row: string) => string;
  bucket: (row: string) => string;
  sumMs: (row: string) => string;
  when: (row: string) => string;
}

/** The label of what no detector is known of. */
export const unknownDetector = 'unknown';

const counted = { bucket: () => '0', sumMs: () => '0' };

function latency(what: Reached, greatest: string): Tally {
  const tookMs = (row: string): string => `${greatest}(0, ${row}.${reached[what]} - ${row}.training_ended_at)`;
  return {
    isTotal: true,
    table: 'deployments',
    columns: [reached[what], 'training_ended_at', 'detected_by'],
    name: what,
    label: (row) => `coalesce(${row}.detected_by, '${unknownDetector}')`,
    bucket: (row) =>
      `case ${latencyBucketsMs.map((most, index) => `when ${tookMs(row)} <= ${most} then ${index}`).join(' ')} else ${latencyBucketsMs.length} end`,
    sumMs: tookMs,
    when: (row) => `${row}.training_ended_at is not null and ${row}.${reached[what]} is not null`,
  };
}

/** Where runs are counted by status and deployment status: a list shows these counts each time. */
export const runOutcomesTally = 'run_outcomes';

export const toRunCounts = (tallied: readonly { label: string; count: number }[]): RunCount[] =>
  tallied
    .filter(({ count }) => count > 0)
    .map(({ label, count }) => {
      const [status, deploymentStatus] = label.split(' ');
      return { status, deploymentStatus, count } as RunCount;
    });

/** `greatest`: what the engine calls the greater of two numbers. */
export const talliesOf = (greatest: 'max' | 'greatest'): readonly Tally[] => [
  {
    ...counted,
    isTotal: false,
    table: 'training_runs',
    columns: ['status'],
    name: 'runs',
    label: (row) => `${row}.status`,
    when: () => 'true',
  },
  {
    ...counted,
    isTotal: false,
    table: 'training_runs',
    columns: ['status', 'deployment_status'],
    name: runOutcomesTally,
    label: (row) => `${row}.status || ' ' || ${row}.deployment_status`,
    when: () => 'true',
  },
  {
    ...counted,
    isTotal: true,
    table: 'training_runs',
    columns: ['status', 'finished_by'],
    name: 'detections',
    label: (row) => `${row}.finished_by`,
    when: (row) => `${row}.status = 'completed' and ${row}.finished_by is not null`,
  },
  {
    ...counted,
    isTotal: false,
    table: 'deployments',
    columns: ['status'],
    name: 'deployments',
    label: (row) => `${row}.status`,
    when: () => 'true',
  },
  ...(['queued', 'requested', 'in_service'] as const).map((what) => latency(what, greatest)),
];

/** The status of a run's newest deployment. */
export const newestStatus = (runSeq: string): string =>
  `coalesce((select status from deployments where run_seq = ${runSeq} order by seq desc limit 1), 'none')`;

/** Sets the status in the run's own row. */
export const keepStatus = (runSeq: string): string =>
  `update training_runs set deployment_status = ${newestStatus(runSeq)} where seq = ${runSeq};`;

/** Where the runs are counted that were pruned. */
export const prunedTally = 'pruned';

/** Where the models and endpoint configurations are counted that retention deleted. */
export const deletedTally = 'deleted';

export function toDeletedCounts(tallied: readonly { label: string; count: number }[]): DeletedCounts {
  const of = (wanted: keyof DeletedCounts): number => tallied.find(({ label }) => label === wanted)?.count ?? 0;
  return { models: of('models'), endpointConfigs: of('endpointConfigs') };
}

/** Forgets the counts of the rows that there are, before `recount`. */
export const forgetCounts = (tallies: readonly Tally[]): string =>
  `delete from tallies where name in (${tallies
    .filter(({ isTotal }) => !isTotal)
    .map(({ name }) => `'${name}'`)
    .join(', ')})`;

/** Counts all rows that are there. A total keeps what it has counted of rows that were deleted since. */
export const recount = ({ table, name, label, bucket, sumMs, when }: Tally, greatest: 'max' | 'greatest'): string =>
  `insert into tallies (name, label, bucket, count, sum_ms)
    select '${name}', ${label('new')}, ${bucket('new')}, count(*), sum(${sumMs('new')}) from ${table} new where ${when('new')} group by 2, 3
    on conflict (name, label, bucket) do update
    set count = ${greatest}(tallies.count, excluded.count), sum_ms = ${greatest}(tallies.sum_ms, excluded.sum_ms)`;

/** Where tries to send notifications are counted. */
export const notificationTally = 'notifications';
export type NotificationTally = 'sent' | 'failed_try' | 'abandoned';

export function toNotificationCounts(tallied: readonly { label: string; count: number }[], waiting: number): NotificationCounts {
  const of = (wanted: NotificationTally): number => tallied.find(({ label }) => label === wanted)?.count ?? 0;
  return { sent: of('sent'), failedTries: of('failed_try'), abandoned: of('abandoned'), waiting };
}
