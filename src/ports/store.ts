/**
 * The database as the services see it. Every change is a compare-and-set that writes its history in the same transaction;
 * `null` means that another process changed the row first, which is a normal outcome. Functions return promises so that another
 * engine can stand behind them; test/db/conformance.ts is what any engine must pass.
 */
import type {
  Deployment,
  DeploymentOutcome,
  DeploymentProgress,
  DeploymentStatus,
  Trigger,
} from '../core/deployment/deployment.ts';
import type { SkippedItem, SkippedKind } from '../core/skipped.ts';
import type { Actor, HistoryEntry } from '../core/history.ts';
import type { ServiceProcess } from '../core/service-process.ts';
import type { TrainingOutcome, TrainingRequest, TrainingRun, TrainingRunStatus } from '../core/training/training-run.ts';

export type { DeploymentOutcome, DeploymentProgress } from '../core/deployment/deployment.ts';
export type { TrainingOutcome } from '../core/training/training-run.ts';

export interface NewRun {
  runId: string;
  trainingJobName: string;
  project: string;
  endpointName: string;
  autoDeploy: boolean;
  request: TrainingRequest;
  servingImage: string;
  idempotencyKey: string | null;
  idempotencyHash: string | null;
}

export interface AdoptedRun {
  runId: string;
  trainingJobName: string;
  trainingJobArn: string;
  project: string;
  endpointName: string;
  autoDeploy: boolean;
  servingImage: string | null;
  secondaryStatus: string | null;
  /** SageMaker's CreationTime. */
  createdAt: number;
  /** The training was over already when it was found. */
  foundEnded: boolean;
}

export type AdoptResult =
  | { kind: 'adopted'; run: TrainingRun }
  /** The run is there already. */
  | { kind: 'known'; run: TrainingRun }
  /** The run id is of the run of another training: a copy of its tags. Nothing was recorded. */
  | { kind: 'run_id_taken'; by: string }
  /** A person has removed the run of this training. Nothing was recorded. */
  | { kind: 'removed' };

/** Since when a run's time counts, and since when it is seen to be over. */
export type RunLimit = Pick<TrainingRun, 'trainingSinceAt' | 'overdueSince'>;

/** A run as it is shown: with the status of its newest deployment, or `none`. */
export type RunView = TrainingRun & { deploymentStatus: DeploymentStatus | 'none' };

export type InsertRunResult =
  | { kind: 'inserted'; run: TrainingRun }
  /** A run with this idempotency key is there already. */
  | { kind: 'same_key'; run: TrainingRun }
  /** Another run has the training job's name. */
  | { kind: 'name_taken'; run: TrainingRun };

export interface NewDeployment {
  deploymentId: string;
  trigger: Trigger;
  forced: boolean;
  modelName: string;
}

export type RequestDeploymentResult =
  | { kind: 'created'; deployment: Deployment }
  /** The training has one that is queued or in progress, or (unless forced, and with no newer training live) was deployed. */
  | { kind: 'existing'; deployment: Deployment }
  /** A newer training is live or on its way on this endpoint, and the request was not forced. */
  | { kind: 'superseded'; by: Deployment };

export type ClaimResult =
  | { kind: 'claimed'; deployment: Deployment }
  /** Another deployment of the endpoint is in progress, or a newer one that waits goes first. */
  | { kind: 'wait'; behind: Deployment }
  /** A newer training is live, or another than the one to be restored (isRestore): this deployment has just become `superseded`. */
  | { kind: 'superseded'; deployment: Deployment }
  /** It is not queued any more. */
  | { kind: 'gone' };

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Training runs. */
export interface RunStore {
  /**
   * Of requests at once one wins; the idempotency key is compared before the name, which is taken in whatever case. With `startNow` the
   * caller holds the run's first start lease, as after `acquireStartLease`.
   */
  insert(params: { run: NewRun; now: number; startNow?: boolean }): Promise<InsertRunResult>;
  /**
   * Records a training that SageMaker has and the database does not know, by its name or, written in another case, by its ARN. With
   * `evenRemoved` also one whose run an operator removed, as when a caller requests it again.
   */
  adopt(params: { run: AdoptedRun; actor: Actor; now: number; evenRemoved?: boolean }): Promise<AdoptResult>;
  /** The training job that the run id is of; null for an id that is not known. */
  findNameByRunId(runId: string): Promise<string | null>;
  find(trainingJobName: string): Promise<RunView | null>;
  /** The same in whatever case the name is written; the one that is written so, where there are several. */
  findInAnyCase(trainingJobName: string): Promise<RunView | null>;
  /** By its name in whatever case, without the request and the deployments: the little that an event needs. */
  findStatus(trainingJobName: string): Promise<Pick<TrainingRun, 'trainingJobName' | 'endpointName' | 'status'> | null>;
  /** Newest first. A cursor that is none throws ServiceError `invalid_request`. */
  list(params: {
    filter: { status?: TrainingRunStatus; deploymentStatus?: DeploymentStatus | 'none' };
    page: { limit: number; cursor: string | null };
  }): Promise<Page<RunView>>;
  /** Runs that no observation has finished, in order of recording, after `afterSeq`. */
  listUnfinished(params: {
    afterSeq: number;
    limit: number;
  }): Promise<
    Pick<
      TrainingRun,
      'seq' | 'trainingJobName' | 'endpointName' | 'status' | 'createdAt' | 'startAttemptedAt' | 'trainingSinceAt'
    >[]
  >;
  /**
   * Marks that CreateTrainingJob is about to be sent; null unless the run is still `requested`, not to be stopped, and no other
   * start lease holds. One that was acquired `startTiming.leaseMs` ago, or is as far in the future by a clock that was ahead, is over.
   */
  acquireStartLease(params: { trainingJobName: string; now: number }): Promise<TrainingRun | null>;
  /** Says that the last start is over without a training, so that another process may try at once. */
  releaseStartLease(params: { trainingJobName: string; startAttemptedAt: number; now: number }): Promise<TrainingRun | null>;
  /** requested → training. */
  markStarted(params: {
    trainingJobName: string;
    trainingJobArn: string;
    actor: Actor;
    detail: string;
    now: number;
  }): Promise<TrainingRun | null>;
  /** Deletes a run that was refused before it was accepted; false when it is not `requested` by this attempt any more. */
  discard(params: { trainingJobName: string; startAttemptedAt: number }): Promise<boolean>;
  /** As discard, where the training may have started all the same: sets abandonedAt, requests its stop and frees the idempotency key. */
  abandon(params: {
    trainingJobName: string;
    startAttemptedAt: number;
    detail: string;
    now: number;
  }): Promise<TrainingRun | null>;
  /**
   * Deletes a run of this status with its deployments, queued ones included, and its history, and records that it was removed. Deletes
   * nothing while one of them is in progress or unsettled, and when the run is not of this status any more.
   */
  remove(params: {
    trainingJobName: string;
    status: TrainingRunStatus;
    now: number;
  }): Promise<'removed' | 'deployment_in_progress' | 'changed'>;
  /** From `requested`, `training` and `timed_out`. The first request counts; later ones change nothing and return the run. */
  requestStop(params: { trainingJobName: string; now: number }): Promise<TrainingRun | null>;
  /**
   * Records what SageMaker shows of a training; null unless the run is `training`. What is known already changes nothing and returns
   * the run; a new secondary status has its entry in the history.
   */
  recordSecondaryStatus(params: {
    trainingJobName: string;
    secondaryStatus: string | null;
    trainingCreatedAt: number;
    actor: Actor;
    now: number;
  }): Promise<TrainingRun | null>;
  /** Records how an observation finds the time limit of an unfinished run; null when it is not `before` any more. Without history. */
  recordTimeLimit(params: {
    trainingJobName: string;
    before: RunLimit;
    after: RunLimit;
    now: number;
  }): Promise<TrainingRun | null>;
  /**
   * Ends a run, from each status that may become the outcome's (core/training/transitions.ts). With `deployment` (of a completed one
   * only) it also queues one, in the same transaction, or returns the one that is active.
   */
  finish(params: {
    trainingJobName: string;
    outcome: TrainingOutcome;
    deployment: NewDeployment | null;
    actor: Actor;
    now: number;
  }): Promise<{ run: TrainingRun; deployment: Deployment | null } | null>;
}

/** A deployment that has changed, and the one that goes next on its endpoint: the one that `claim` would not make wait. */
export interface ChangedDeployment {
  deployment: Deployment;
  next: Deployment | null;
}

export interface DeploymentStore {
  /** Decided by core/deployment/decide-request.ts. Throws for a run that is not `completed`: callers have checked. */
  request(params: { trainingJobName: string; deployment: NewDeployment; now: number }): Promise<RequestDeploymentResult>;
  /** queued → failed, because its training is to be stopped; null when it is not queued any more. */
  withdraw(params: { deploymentId: string; failureReason: string; now: number }): Promise<ChangedDeployment | null>;
  find(deploymentId: string): Promise<Deployment | null>;
  /** Newest first. A cursor that is none throws ServiceError `invalid_request`. */
  list(params: {
    filter: { endpointName?: string; trainingJobName?: string };
    page: { limit: number; cursor: string | null };
  }): Promise<Page<Deployment>>;
  /** Queued and in progress ones, and those that ended while SageMaker might still apply their change. */
  listUnfinished(params: {
    afterSeq: number;
    limit: number;
  }): Promise<Pick<Deployment, 'seq' | 'deploymentId' | 'trainingJobName' | 'endpointName' | 'status' | 'createdAt'>[]>;
  /** The deployment that went live last on the endpoint. */
  findLive(endpointName: string): Promise<Deployment | null>;
  /** The deployment that is `in_progress` on the endpoint. */
  findInProgress(endpointName: string): Promise<Deployment | null>;
  /** The newest deployment to the endpoint that made a model or endpoint configuration of this name, in whatever case. */
  findMaker(params: {
    endpointName: string;
    resource: { what: 'model' | 'endpoint_config'; name: string };
  }): Promise<Deployment | null>;
  /** queued → in_progress, when it is its turn: decided by core/deployment/decide-claim.ts. */
  claim(params: { deploymentId: string; deadlineAt: number; now: number }): Promise<ClaimResult>;
  /**
   * Claims an `in_progress` deployment again: a new fencing token, which refuses every write under the one before. `intervalMs`: how
   * often workers observe it when all is well; its limits move on by a gap without observations (limitsAfterGap), and instants that lie
   * in the future, by a clock that was put back since, become `now` (rebased).
   */
  reclaim(params: { deploymentId: string; now: number; intervalMs: number }): Promise<Deployment | null>;
  /** Whether the deployment is `in_progress` under this fencing token. */
  isClaimCurrent(params: { deploymentId: string; fencingToken: number }): Promise<boolean>;
  /** `detail`: an entry for the history; without one none is written. null when the claim is not current any more. */
  recordProgress(params: {
    deploymentId: string;
    fencingToken: number;
    progress: DeploymentProgress;
    detail?: string;
    now: number;
  }): Promise<Deployment | null>;
  /**
   * Ends a deployment; `deployed` also supersedes what waits, is older and was not forced. A failure reason that was recorded before
   * stays when the outcome has none, unless it is `deployed`. null when the claim is not current any more.
   */
  finish(params: {
    deploymentId: string;
    fencingToken: number;
    outcome: DeploymentOutcome;
    now: number;
  }): Promise<ChangedDeployment | null>;
  /**
   * failed → deployed, of one that ended while SageMaker might still apply its change (`unsettledSince`): it went live all the same.
   * null when that is settled, or another deployment of the endpoint is in progress. Supersedes as `finish` does.
   */
  revive(params: { deploymentId: string; inServiceAt: number; now: number }): Promise<ChangedDeployment | null>;
  /** Since when workers observe what becomes of such a deployment; null says that it is settled. */
  recordUnsettled(params: { deploymentId: string; since: number | null }): Promise<void>;
}

export interface HistoryStore {
  /**
   * A run's newest entries, or the newest of those before the entry `before` (its id), in order; empty for a run that is not there.
   * `historyPageSize` of them unless `limit` says otherwise.
   */
  list(params: { trainingJobName: string; limit?: number; before?: number | null }): Promise<HistoryEntry[]>;
}

/** Counts over all runs, deployments and calls, so that any process can report them for all. */
export interface MetricsStore {
  counts(): Promise<{ runs: Record<TrainingRunStatus, number>; deployments: Record<DeploymentStatus, number> }>;
  /**
   * Of all deployments whose training's end is known, by who detected that: milliseconds from the end to the deployment being
   * recorded, to the request to SageMaker for the endpoint, and to its being in service; in the buckets of `latencyBucketsMs`.
   */
  latencies(): Promise<LatencyHistogram[]>;
  /** How many completed trainings each detector was the first to see. */
  detections(): Promise<{ detectedBy: Actor; count: number }[]>;
  /** Adds to the counters of SageMaker calls that all processes share, and to those of the minute; an hour of these is kept. */
  addCalls(params: { calls: readonly CountedCalls[]; now: number }): Promise<void>;
  calls(): Promise<CountedCalls[]>;
  /** Those of the minutes within so long, the current one included. */
  recentCalls(params: { withinMs: number; now: number }): Promise<CountedCalls[]>;
}

/** Tasks that one process at a time does for all. */
export interface LeaseStore {
  /**
   * Acquires the lease of a task, at most every `everyMs`; returns how far the task has come, or null while another process holds the
   * lease. It ends when it is that old, or as far in the future: no process has to release it.
   */
  acquire(params: { task: string; everyMs: number; now: number }): Promise<{ checkpointAt: number | null } | null>;
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

export interface Store {
  runs: RunStore;
  deployments: DeploymentStore;
  history: HistoryStore;
  metrics: MetricsStore;
  leases: LeaseStore;
  processes: ProcessStore;
  skipped: SkippedStore;
  /** Proves that the database takes a write, now or within the last second. Throws StoreUnavailableError, with the reason, when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
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
