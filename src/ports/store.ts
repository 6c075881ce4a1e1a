/**
 * The database as the services see it. Every change is a compare-and-set that writes its history in the same transaction;
 * `null` means that another process changed the row first, which is a normal outcome. Functions return promises so that another
 * engine can stand behind them; test/db/conformance.ts is what any engine must pass.
 */
import type { KeptEndpoint } from '../core/deployment/kept-endpoint.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { HistoryHead } from '../core/history-horizon.ts';
import type { ServiceProcess } from '../core/service-process.ts';
import type { SkippedItem, SkippedKind } from '../core/skipped.ts';
import type { DeliveryStore, EndpointStore, GuardAlarmStore } from './delivery-store.ts';
import type { DeploymentStore } from './deployment-store.ts';
import type { MetricsStore } from './metrics-store.ts';
import type { NotificationStore } from './notification-store.ts';
import type { RequestKeyStore } from './request-key-store.ts';
import type { RetentionStore } from './retention-store.ts';
import type { RunStore } from './run-store.ts';
import type { TraceStore } from './trace-store.ts';

export type * from './delivery-store.ts';
export type * from './deployment-store.ts';
export type * from './metrics-store.ts';
export type * from './notification-store.ts';
export type * from './page.ts';
export type * from './request-key-store.ts';
export type * from './retention-store.ts';
export type * from './run-store.ts';
export type * from './trace-store.ts';

/** Which entries of the history are read; an absent member lets all pass. Names in whatever case. */
export interface HistoryFilter {
  /** Of the run, or of an entry that belongs to the endpoint alone. */
  endpointName?: string;
  trainingJobName?: string;
}

export interface HistoryStore {
  /**
   * A run's newest entries, or the newest of those before the entry `before` (its id), in order; empty for a run that is not there.
   * `historyPageSize` of them unless `limit` says otherwise. With `deploymentId` those of this deployment alone.
   */
  list(params: {
    trainingJobName: string;
    deploymentId?: string;
    limit?: number;
    before?: number | null;
  }): Promise<HistoryEntry[]>;
  /** Where the history of all runs and endpoints ends. The writers are looked for where there is something beyond `settled`. */
  head(params: { settled: number }): Promise<HistoryHead>;
  /**
   * Entries of all runs and endpoints behind the id `after`, up to `upTo`, in the order of ids. `items` has all that match up to `readTo`,
   * which is beyond `after`, or `upTo`: there may be none in a part that was read. Up to a settled id nothing is added afterwards; the
   * entries of runs that are deleted are gone.
   */
  read(params: {
    after: number;
    upTo: number;
    limit: number;
    filter: HistoryFilter;
  }): Promise<{ items: HistoryEntry[]; readTo: number }>;
}

/** Tasks that one process at a time does for all. */
export interface LeaseStore {
  /**
   * Acquires the lease of a task, at most every `everyMs`; returns how far the task has come, or null while another process holds the
   * lease. It ends when it is that old, or as far in the future: no process has to release it.
   */
  acquire(params: { task: string; everyMs: number; now: number }): Promise<{ checkpointAt: number | null } | null>;
  /** Prolongs a lease that was acquired, or prolonged, at `heldSince`; false when another process has it by now. */
  renew(params: { task: string; heldSince: number; now: number }): Promise<boolean>;
  /** Ends a lease that was acquired, or prolonged, at `heldSince`, so that another process may acquire it at once. */
  release(params: { task: string; heldSince: number }): Promise<void>;
  /** Records how far a task has come. */
  saveCheckpoint(params: { task: string; checkpointAt: number }): Promise<void>;
  /** How far a task has come; null for one that was never done. */
  findCheckpoint(task: string): Promise<number | null>;
}

/** The processes of the service that share the database. */
export interface ProcessStore {
  /** Records that a process lives, in place of what it recorded before, and deletes those that were last seen an hour ago or more. */
  recordHeartbeat(process: ServiceProcess): Promise<void>;
  /** Of a process that ends. */
  forget(name: string): Promise<void>;
  /** All that are recorded, the oldest first; isAlive says which live. */
  list(): Promise<ServiceProcess[]>;
  /** This database's id, which is made at the first time: processes that do not have the same one do not share the database. */
  databaseId(now: number): Promise<string>;
}

/** Items that a loop over many could not handle and skipped. */
export interface SkippedStore {
  /** Records one; returns whether that is news, or has another reason than before. The table is bounded (maxSkipped). */
  record(params: { kind: SkippedKind; name: string; reason: string; now: number }): Promise<boolean>;
  /** It is handled again, or is gone; false when it was not skipped. */
  resolve(params: { kind: SkippedKind; name: string }): Promise<boolean>;
  /** All but removed runs, the latest first. */
  list(): Promise<SkippedItem[]>;
}

/** How endpoints scaled that are deleted to be created again, until that is put back. */
export interface AutoscalingStore {
  /** In place of what is recorded of the endpoint. */
  record(params: { endpointName: string; content: KeptEndpoint; now: number }): Promise<void>;
  find(endpointName: string): Promise<KeptEndpoint | null>;
  forget(endpointName: string): Promise<void>;
}

export interface Store {
  runs: RunStore;
  deployments: DeploymentStore;
  delivery: DeliveryStore;
  endpoints: EndpointStore;
  retention: RetentionStore;
  guardAlarms: GuardAlarmStore;
  history: HistoryStore;
  metrics: MetricsStore;
  leases: LeaseStore;
  processes: ProcessStore;
  skipped: SkippedStore;
  autoscaling: AutoscalingStore;
  notifications: NotificationStore;
  requestKeys: RequestKeyStore;
  traces: TraceStore;
  /** Proves that the database takes a write, now or within the last second. Throws StoreUnavailableError, with the reason, when it does not. */
  ping(): Promise<void>;
  /** The clock of the database, in milliseconds since 1970 UTC: the host's, where the database is a file of this host. */
  now(): Promise<number>;
  close(): Promise<void>;
}
