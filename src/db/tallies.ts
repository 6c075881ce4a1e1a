/** The counts over all runs and deployments that triggers keep, in SQL that both engines take. */
import { finishedDeploymentStatuses } from '../core/deployment/deployment.ts';
import { latencyBucketsMs } from '../core/latency-buckets.ts';
import { finishedRunStatuses } from '../core/training/training-run.ts';
import type { DeletedCounts, NotificationCounts, RunCount, TraceCounts } from '../ports/store.ts';

/** The instants of a deployment whose distance from the training's end is measured. */
const reached = { queued: 'created_at', requested: 'change_requested_at', in_service: 'in_service_at' } as const;
type Reached = keyof typeof reached;

/** What one row adds to the tallies: nothing where `when` does not hold. */
export interface Tally {
  /**
   * `rows` counts the rows that there are. The others count all that ever happened, and do not fall when rows are deleted: `once` a row,
   * when `when` first holds, or `each` time when the label changes too. They never fall at all, as a rate needs it. `corrected` moves a
   * row to where its columns put it now, which is no counter for a rate: only programs of the last release read those.
   */
  counts: 'rows' | 'once' | 'each' | 'corrected';
  table: 'training_runs' | 'deployments';
  /** What the others follow from. */
  columns: readonly string[];
  name: string;
  label: (row: string) => string;
  bucket: (row: string) => string;
  sumMs: (row: string) => string;
  when: (row: string) => string;
  /** The name of what counted the same before, where a database has that. */
  continues?: string;
}

/** The label of what no detector is known of. */
export const unknownDetector = 'unknown';

const counted = { bucket: () => '0', sumMs: () => '0' };

/** What latencies are counted under: each deployment once, when it first comes so far. */
export const latencyTally = { queued: 'queued', requested: 'first_requested', in_service: 'first_in_service' } as const;

function latency(what: Reached, greatest: string): Tally {
  const tookMs = (row: string): string => `${greatest}(0, ${row}.${reached[what]} - ${row}.training_ended_at)`;
  return {
    counts: 'once',
    table: 'deployments',
    columns: [reached[what], 'training_ended_at', 'detected_by'],
    name: latencyTally[what],
    ...(latencyTally[what] === what ? {} : { continues: what }),
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

/** Where endpoints are listed that have series of their own, by their keys: the first ones, so that no other one takes their place. */
export const endpointsTally = 'endpoints';

/** How many endpoints have series of their own. What happens on others is counted under one label. */
export const mostEndpointLabels = 100;

/** Lists the endpoint of a new deployment, while there is room. */
export const listEndpoint = (row: string): string =>
  `insert into tallies (name, label, bucket, count, sum_ms)
    select '${endpointsTally}', ${row}.endpoint_key, 0, 1, 0
    where (select count(*) from tallies where name = '${endpointsTally}') < ${mostEndpointLabels}
    on conflict (name, label, bucket) do nothing;`;

/** Lists the endpoints of all rows, the oldest first, as far as there is room. */
export const listEndpoints = (greatest: 'max' | 'greatest'): string =>
  `insert into tallies (name, label, bucket, count, sum_ms)
    select '${endpointsTally}', endpoint_key, 0, 1, 0 from deployments
    where endpoint_key not in (select label from tallies where name = '${endpointsTally}')
    group by endpoint_key order by min(seq)
    limit ${greatest}(0, ${mostEndpointLabels} - (select count(*) from tallies where name = '${endpointsTally}'))`;

/** An endpoint that is not listed has an empty label. */
const listedEndpoint = (row: string): string =>
  `coalesce((select known.label from tallies known
    where known.name = '${endpointsTally}' and known.label = ${row}.endpoint_key and known.bucket = 0), '')`;

const listed = (statuses: readonly string[]): string => statuses.map((status) => `'${status}'`).join(', ');

/** Where ends of trainings and deployments are counted. */
export const finishedTallies = { trainings: 'trainings_finished', deployments: 'deployments_finished' } as const;

/** Where requests are counted by route, method and status class. */
export const requestsTally = 'http';

/** `greatest`: what the engine calls the greater of two numbers. */
export const talliesOf = (greatest: 'max' | 'greatest'): readonly Tally[] => [
  {
    ...counted,
    counts: 'rows',
    table: 'training_runs',
    columns: ['status'],
    name: 'runs',
    label: (row) => `${row}.status`,
    when: () => 'true',
  },
  {
    ...counted,
    counts: 'rows',
    table: 'training_runs',
    columns: ['status', 'deployment_status'],
    name: runOutcomesTally,
    label: (row) => `${row}.status || ' ' || ${row}.deployment_status`,
    when: () => 'true',
  },
  {
    ...counted,
    counts: 'once',
    table: 'training_runs',
    columns: ['status', 'finished_by'],
    name: 'detections',
    label: (row) => `${row}.finished_by`,
    when: (row) => `${row}.status = 'completed' and ${row}.finished_by is not null`,
  },
  {
    ...counted,
    counts: 'rows',
    table: 'deployments',
    columns: ['status'],
    name: 'deployments',
    label: (row) => `${row}.status`,
    when: () => 'true',
  },
  {
    ...counted,
    counts: 'each',
    table: 'training_runs',
    columns: ['status'],
    name: finishedTallies.trainings,
    label: (row) => `${row}.status`,
    when: (row) => `${row}.status in (${listed(finishedRunStatuses)})`,
  },
  {
    ...counted,
    counts: 'each',
    table: 'deployments',
    columns: ['status'],
    name: finishedTallies.deployments,
    label: (row) => `${row}.status || ' ' || ${listedEndpoint(row)}`,
    when: (row) => `${row}.status in (${listed(finishedDeploymentStatuses)})`,
  },
  ...(['queued', 'requested', 'in_service'] as const).map((what) => latency(what, greatest)),
  ...(['requested', 'in_service'] as const).map((what): Tally => ({
    ...latency(what, greatest),
    name: what,
    continues: undefined,
    counts: 'corrected',
  })),
];

/** Whether a changed row is one more of a total. */
export const isOneMore = ({ counts, when }: Tally, before: string, after: string): string =>
  counts === 'each' ? `${before}.status <> ${after}.status` : `not (${when(before)})`;

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
    .filter(({ counts }) => counts === 'rows')
    .map(({ name }) => `'${name}'`)
    .join(', ')})`;

/** Counts all rows that are there. A total keeps what it, or the one before it, has counted of rows that were deleted since. */
export function recount(tally: Tally, greatest: 'max' | 'greatest'): string[] {
  const { table, name, label, bucket, sumMs, when, continues } = tally;
  const add = (selected: string): string =>
    `insert into tallies (name, label, bucket, count, sum_ms) ${selected}
    on conflict (name, label, bucket) do update
    set count = ${greatest}(tallies.count, excluded.count), sum_ms = ${greatest}(tallies.sum_ms, excluded.sum_ms)`;
  const ofRows = `select '${name}', ${label('new')}, ${bucket('new')}, count(*), sum(${sumMs('new')}) from ${table} new where ${when('new')} group by 2, 3`;
  const before = `select '${name}', label, bucket, count, sum_ms from tallies before where name = '${continues}'`;
  return [...(continues === undefined ? [] : [add(before)]), add(ofRows)];
}

/** Where tries to send notifications are counted. */
export const notificationTally = 'notifications';
export type NotificationTally = 'sent' | 'failed_try' | 'abandoned';

export function toNotificationCounts(tallied: readonly { label: string; count: number }[], waiting: number): NotificationCounts {
  const of = (wanted: NotificationTally): number => tallied.find(({ label }) => label === wanted)?.count ?? 0;
  return { sent: of('sent'), failedTries: of('failed_try'), abandoned: of('abandoned'), waiting };
}

/** Where tries to send traces are counted. */
export const tracesTally = 'traces';

export function toTraceCounts(tallied: readonly { label: string; count: number }[]): TraceCounts {
  const of = (wanted: keyof TraceCounts): number => tallied.find(({ label }) => label === wanted)?.count ?? 0;
  return { sent: of('sent'), failedTries: of('failedTries'), abandoned: of('abandoned') };
}
