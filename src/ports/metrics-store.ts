/** What any process can report for all: counts over all runs, deployments, calls and requests. */
import type { DeploymentStatus, FinishedDeploymentStatus, WaitKind } from '../core/deployment/deployment.ts';
import type { Actor } from '../core/history.ts';
import type { FinishedRunStatus, TrainingRunStatus } from '../core/training/training-run.ts';

/** Totals below never fall, whatever is deleted, and each is counted in the transaction of what it counts. */
export interface MetricsStore {
  /** Of the rows that there are. */
  counts(): Promise<{ runs: Record<TrainingRunStatus, number>; deployments: Record<DeploymentStatus, number> }>;
  /** How many ended, a total each. */
  finished(): Promise<FinishedCounts>;
  /**
   * Of all deployments whose training's end is known, by who detected that: milliseconds from the end to the deployment being
   * recorded, to the first request to SageMaker for the endpoint, and to its first being in service; in the buckets of `latencyBucketsMs`.
   */
  latencies(): Promise<LatencyHistogram[]>;
  /** How many runs `runs.prune` has deleted: a total. */
  pruned(): Promise<number>;
  /** How many completed trainings each detector was the first to see: totals. */
  detections(): Promise<{ detectedBy: Actor; count: number }[]>;
  /** What waits, and for how long; `now` tells what is overdue. */
  waiting(params: { now: number }): Promise<WaitingCounts>;
  /** Since when each endpoint serves its live model, by the endpoint's key; of those that have series of their own. */
  liveSince(): Promise<{ endpointKey: string; since: number }[]>;
  /** The size of the database on its disk; null where the database does not say. */
  databaseBytes(): Promise<number | null>;
  /** Adds to the counters of SageMaker calls that all processes share, and to those of the minute; an hour of these is kept. */
  addCalls(params: { calls: readonly CountedCalls[]; now: number }): Promise<void>;
  calls(): Promise<CountedCalls[]>;
  /** Those of the minutes within so long, the current one included. */
  recentCalls(params: { withinMs: number; now: number }): Promise<CountedCalls[]>;
  /** Adds to the counters of HTTP requests that all processes share. */
  addRequests(requests: readonly CountedRequests[]): Promise<void>;
  requests(): Promise<RequestHistogram[]>;
}

export interface FinishedCounts {
  trainings: Record<FinishedRunStatus, number>;
  /** Each endpoint that has series of its own with each status, also where none ended so. `endpointKey`: null for all the others together. */
  deployments: { endpointKey: string | null; status: FinishedDeploymentStatus; count: number }[];
}

/** `start`: a run that was accepted and whose training is not started yet. */
export type WaitingKind = WaitKind | 'start';

export interface WaitingCounts {
  /** Since when the one waits that waits longest, of those kinds of which something waits. */
  oldest: { kind: WaitingKind; since: number }[];
  /** Deployments in progress beyond their time limit. */
  overdue: number;
}

/** Requests to SageMaker of one operation with one result. */
export interface CountedCalls {
  operation: string;
  result: string;
  count: number;
}

export interface LatencyHistogram {
  detectedBy: Actor | null;
  reached: 'queued' | 'requested' | 'in_service';
  /** How many were at most as long as the bound of the same index in `latencyBucketsMs`. */
  buckets: number[];
  count: number;
  sumMs: number;
}

/** What a request is counted under; `status` is the class of its status, like `2xx`. */
export interface RequestLabels {
  route: string;
  method: string;
  status: string;
}

export interface CountedRequests extends RequestLabels {
  /** The index of the smallest bound of `requestBucketsMs` that the durations do not exceed; its length for those beyond the last. */
  bucket: number;
  count: number;
  sumMs: number;
}

export interface RequestHistogram extends RequestLabels {
  /** How many took at most as long as the bound of the same index in `requestBucketsMs`. */
  buckets: number[];
  count: number;
  sumMs: number;
}
