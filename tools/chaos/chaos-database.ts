import type { ManagedProcess } from './managed-process.ts';
import type { DeploymentRecord, HistoryRecord } from './soak-records.ts';

export const engines = ['sqlite', 'postgres'] as const;
export type Engine = (typeof engines)[number];

/** What `--database` says. */
export function engineOf(name: string): Engine {
  const engine = engines.find((one) => one === name);
  if (engine === undefined) throw new Error(`--database holds ${JSON.stringify(name)}; it may hold ${engines.join(' or ')}`);
  return engine;
}

/** A write of the service: a trap holds it within its transaction, after the write and before the commit. */
export interface SqlInjectionPoint {
  table: 'training_runs' | 'deployments' | 'endpoints' | 'guard_alarms' | 'notifications';
  on: 'INSERT' | 'UPDATE' | 'DELETE';
  /** Which writes: an SQL condition over OLD and NEW. */
  when: string;
}

/** The database of a system, from outside of the service. */
export interface ChaosDatabase {
  readonly engine: Engine;
  /** DATABASE_URL of a process. */
  urlFor(process: string): Promise<string>;
  /** Whether it holds a deployment of one of the names (trainings, endpoints) that meets the SQL condition. */
  hasDeployment(condition: string, names: readonly string[]): Promise<boolean>;
  /** Another program, such as a backup or a shell, keeps the service from writing for so long. */
  lock(ms: number): Promise<void>;
  /** It is lost, and an empty one takes its place. */
  remove(services: readonly ManagedProcess[]): Promise<void>;
  /** Sets a trap that kills the process which makes the write for one of the names, within its transaction. */
  holdInTransaction(services: readonly ManagedProcess[], point: SqlInjectionPoint, names: readonly string[]): Trap;
  deployments(): Promise<DeploymentRecord[]>;
  /** The history of all runs of an endpoint, in order. */
  history(endpointName: string): Promise<HistoryRecord[]>;
  stop(): Promise<void>;
}

export interface Trap {
  /** Resolves with the instant of the kill. */
  injected: Promise<number>;
  remove: () => void;
}

/** The names as a list of SQL literals: those of rows hold letters, digits and hyphens. */
export const literals = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/** Whether a write of a trigger is the one that a trap waits for: an SQL condition over OLD and NEW. */
export function isTrapped({ table, on, when }: SqlInjectionPoint, names: readonly string[]): string {
  const row = on === 'DELETE' ? 'OLD' : 'NEW';
  return `(${isOfNames(table, row, literals(names))}) AND (${when})`;
}

function isOfNames(table: SqlInjectionPoint['table'], row: string, list: string): string {
  switch (table) {
    case 'training_runs':
    case 'deployments':
      return `${row}.training_job_name IN (${list}) OR ${row}.endpoint_name IN (${list})`;
    case 'endpoints':
      return `${row}.endpoint_name IN (${list})`;
    case 'guard_alarms':
    case 'notifications':
      return `${row}.deployment_id IN (SELECT deployment_id FROM deployments WHERE training_job_name IN (${list}) OR endpoint_name IN (${list}))`;
  }
}

export const selectDeployments = `SELECT seq, run_seq AS "runSeq", training_job_name AS "trainingJobName", endpoint_name AS "endpointName",
  status, forced, trigger, attempts, endpoint_config_name AS "endpointConfigName", failure_reason AS "failureReason",
  training_created_at AS "trainingCreatedAt", created_at AS "createdAt", started_at AS "startedAt", finished_at AS "finishedAt",
  live_order AS "liveOrder", revert, abort, verification FROM deployments ORDER BY seq`;

/** `?` or `$1` is the endpoint's name. */
export const selectHistory = (parameter: string): string => `SELECT history.at, training_job_name AS "trainingJobName", subject,
  from_status AS "from", to_status AS "to", actor, detail,
  (SELECT attempts FROM deployments WHERE deployments.deployment_id = history.deployment_id) AS attempt
  FROM history JOIN training_runs ON training_runs.seq = history.run_seq WHERE endpoint_name = ${parameter} ORDER BY history.seq`;
