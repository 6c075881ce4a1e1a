/**
 * The database as the services see it. Every change is a compare-and-set that writes its history in the same transaction;
 * `null` means that somebody else moved the row first, which is a normal outcome. Functions return promises so that another
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
  /** Another deployment of the endpoint is under way, or a newer one that waits goes first. */
  | { kind: 'wait'; behind: Deployment }
  /** A newer training is live, or another than the one to be put back (isRestore): this deployment has just become `superseded`. */
  | { kind: 'superseded'; deployment: Deployment }
  /** It is not queued any more. */
  | { kind: 'gone' };

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Store {
  // Training runs
  /**
   * Of requests at once one wins; the idempotency key is looked at before the name, which is taken in whatever case. With `startNow` the caller has its first start in
   * hand, as after acquireStartLease.
   */
  insertRun(run: NewRun, now: number, options?: { startNow?: boolean }): Promise<InsertRunResult>;
  /**
   * Records a training that SageMaker has and the database did not know, by its name or, written in another case, by its ARN. With
   * `evenRemoved` also one whose run a person had removed, as when a person asks for it again.
   */
  adoptRun(run: AdoptedRun, actor: Actor, now: number, options?: { evenRemoved?: boolean }): Promise<AdoptResult>;
  /** The training job that the run id is of; null for an id that is not known. */
  trainingOfRunId(runId: string): Promise<string | null>;
  findRun(trainingJobName: string): Promise<RunView | null>;
  /** The same in whatever case the name is written; the one that is written so, where there are several. */
  findRunInAnyCase(trainingJobName: string): Promise<RunView | null>;
  /** By its name in whatever case, without what was asked for and the deployments: the little that an event needs. */
  findRunStatus(trainingJobName: string): Promise<Pick<TrainingRun, 'trainingJobName' | 'endpointName' | 'status'> | null>;
  /** Newest first. A cursor that is none throws ServiceError `invalid_request`. */
  listRuns(
    filter: { status?: TrainingRunStatus; deploymentStatus?: DeploymentStatus | 'none' },
    page: { limit: number; cursor: string | null },
  ): Promise<Page<RunView>>;
  /**
   * Marks that CreateTrainingJob is about to be sent; null unless the run is still `requested`, not to be stopped, and no other
   * start is under way. One that was begun `startLeaseMs` ago, or is as far in the future by a clock that was ahead, is over.
   */
  acquireStartLease(trainingJobName: string, now: number): Promise<TrainingRun | null>;
  /** Says that the last start is over without a training, so that another process may try at once. */
  releaseStartLease(trainingJobName: string, startAttemptedAt: number, now: number): Promise<TrainingRun | null>;
  /** requested → training. */
  markStarted(trainingJobName: string, arn: string, actor: Actor, detail: string, now: number): Promise<TrainingRun | null>;
  /** Deletes a run that was refused before it was accepted; false when it is not `requested` by this attempt any more. */
  discardRun(trainingJobName: string, startAttemptedAt: number): Promise<boolean>;
  /** As discardRun, where the training may have started all the same: sets abandonedAt, asks for its stop and frees the idempotency key. */
  abandonRun(trainingJobName: string, startAttemptedAt: number, detail: string, now: number): Promise<TrainingRun | null>;
  /**
   * Deletes a run of this status with its deployments, queued ones included, and its history, and remembers that it was removed. Nothing
   * while one of them is in progress or still settles, and when it is not of this status any more.
   */
  removeRun(
    trainingJobName: string,
    status: TrainingRunStatus,
    now: number,
  ): Promise<'removed' | 'deployment_in_progress' | 'changed'>;
  /** From `requested`, `training` and `timed_out`. The first request counts; later ones change nothing and answer the run. */
  requestStop(trainingJobName: string, now: number): Promise<TrainingRun | null>;
  /**
   * Notes what SageMaker shows of a training; null unless the run is `training`. What is known already changes nothing and answers the
   * run; a new phase has its line in the history.
   */
  recordSecondaryStatus(
    trainingJobName: string,
    seen: { secondaryStatus: string | null; trainingCreatedAt: number },
    actor: Actor,
    now: number,
  ): Promise<TrainingRun | null>;
  /** Notes how a look has found the time limit of an unfinished run; null when it is not `before` any more. Without history. */
  recordLimit(trainingJobName: string, before: RunLimit, after: RunLimit, now: number): Promise<TrainingRun | null>;
  /**
   * Ends a run: allowed from `requested`, `training` and (unless the outcome is `timed_out`) from `timed_out`. With
   * `deployment` (of a completed one only) it also queues one, in the same transaction, or answers the one that is active.
   */
  finishRun(
    trainingJobName: string,
    outcome: TrainingOutcome,
    deployment: NewDeployment | null,
    actor: Actor,
    now: number,
  ): Promise<{ run: TrainingRun; deployment: Deployment | null } | null>;

  // Deployments
  /** Throws for a run that is not `completed`: callers have looked. */
  requestDeployment(trainingJobName: string, wanted: NewDeployment, now: number): Promise<RequestDeploymentResult>;
  /**
   * queued → failed, because its training is to be stopped; null when it is not queued any more. Answers who goes next on the endpoint,
   * too.
   */
  withdrawDeployment(
    deploymentId: string,
    failureReason: string,
    now: number,
  ): Promise<{ deployment: Deployment; next: Deployment | null } | null>;
  findDeployment(deploymentId: string): Promise<Deployment | null>;
  listDeployments(
    filter: { endpointName?: string; trainingJobName?: string },
    page: { limit: number; cursor: string | null },
  ): Promise<Page<Deployment>>;
  /** The deployment that went live last on the endpoint. */
  liveDeployment(endpointName: string): Promise<Deployment | null>;
  /** The deployment that is `in_progress` on the endpoint. */
  deploymentInProgress(endpointName: string): Promise<Deployment | null>;
  /**
   * queued → in_progress when nothing else is under way on the endpoint and it is its turn: forced ones go first, in the order of
   * asking, then the newest training. What was forced is never superseded.
   */
  claimDeployment(deploymentId: string, deadlineAt: number, now: number): Promise<ClaimResult>;
  /**
   * Takes an `in_progress` deployment in hand: a new fence, which refuses every write of whoever had it before. `intervalMs`: how often
   * it is looked at when all is well; its limits move on by a gap in which nobody looked (limitsAfterGap), and instants that lie in the
   * future, by a clock that was put back since, are brought to `now` (rebased).
   */
  reclaimDeployment(deploymentId: string, now: number, intervalMs: number): Promise<Deployment | null>;
  /** Whether the deployment is `in_progress` under this fence. */
  isClaimCurrent(deploymentId: string, fencingToken: number): Promise<boolean>;
  /** Without a `detail` no history is written. */
  recordProgress(
    deploymentId: string,
    fencingToken: number,
    progress: DeploymentProgress,
    detail: string,
    now: number,
  ): Promise<Deployment | null>;
  /**
   * Ends a deployment; `deployed` also supersedes what waits, is older and was not forced. A failure reason that was recorded before
   * stays when the outcome has none, unless it is `deployed`. Answers who goes next on the endpoint: the one that claimDeployment
   * would not tell to wait.
   */
  finishDeployment(
    deploymentId: string,
    fencingToken: number,
    outcome: DeploymentOutcome,
    now: number,
  ): Promise<{ deployment: Deployment; next: Deployment | null } | null>;

  /**
   * failed → deployed, of one that was ended while SageMaker might still bring it about (`unsettledSince`): it went live all the same.
   * null when that is settled, or another deployment of the endpoint is under way. Supersedes as finishDeployment does.
   */
  reviveDeployment(
    deploymentId: string,
    inServiceAt: number,
    now: number,
  ): Promise<{ deployment: Deployment; next: Deployment | null } | null>;
  /** Since when what comes of such a deployment is looked at; null says that nothing more does. */
  noteUnsettled(deploymentId: string, since: number | null): Promise<void>;
  /** The newest deployment to the endpoint that made a model or endpoint configuration of this name, in whatever case. */
  deploymentThatMade(
    endpointName: string,
    resource: { what: 'model' | 'endpoint_config'; name: string },
  ): Promise<Deployment | null>;

  // Read models
  /**
   * A run's newest entries, or the newest of those before the entry `before` (its id), in order; empty for a run that is not there.
   * `historyPageSize` of them unless told otherwise.
   */
  history(trainingJobName: string, page?: { limit?: number; before?: number | null }): Promise<HistoryEntry[]>;
  /** Runs that are neither finished nor withdrawn, in order of recording, after `afterSeq`. */
  unfinishedRuns(
    afterSeq: number,
    limit: number,
  ): Promise<
    Pick<
      TrainingRun,
      'seq' | 'trainingJobName' | 'endpointName' | 'status' | 'createdAt' | 'startAttemptedAt' | 'trainingSinceAt'
    >[]
  >;
  /** Queued and in progress ones, and those that were ended while SageMaker might still bring them about. */
  unfinishedDeployments(
    afterSeq: number,
    limit: number,
  ): Promise<Pick<Deployment, 'seq' | 'deploymentId' | 'trainingJobName' | 'endpointName' | 'status' | 'createdAt'>[]>;
  counts(): Promise<{ runs: Record<TrainingRunStatus, number>; deployments: Record<DeploymentStatus, number> }>;
  /**
   * Of all deployments whose training's end is known, by who detected that: milliseconds from the end to the deployment being
   * recorded, to SageMaker being asked for the endpoint, and to its being in service; in the buckets of `latencyBucketsMs`.
   */
  latencies(): Promise<LatencyHistogram[]>;
  /** How many completed trainings each detector was the first to see. */
  detections(): Promise<{ detectedBy: Actor; count: number }[]>;
  /** Adds to the counters of SageMaker calls that all processes share, and to those of the minute; an hour of these is kept. */
  addSageMakerCalls(calls: readonly CountedCalls[], now: number): Promise<void>;
  sagemakerCalls(): Promise<CountedCalls[]>;
  /** Those of the minutes within so long, the current one included. */
  recentSageMakerCalls(withinMs: number, now: number): Promise<CountedCalls[]>;

  // Processes
  /** Writes down that a process lives, in place of what it said before, and forgets those that were heard an hour ago or more. */
  recordHeartbeat(process: ServiceProcess): Promise<void>;
  /** Of a process that ends. */
  forgetProcess(name: string): Promise<void>;
  /** All that are written down, the oldest first; isAlive tells who lives. */
  processes(): Promise<ServiceProcess[]>;
  /** This database's id, which is made at the first time: processes that do not have the same one do not share the database. */
  databaseId(now: number): Promise<string>;

  // What loops over many went on without
  /**
   * Notes one that could not be handled; answers whether that is news, or has another reason than before. The table is bounded
   * (maxSkipped).
   */
  skip(kind: SkippedKind, name: string, reason: string, now: number): Promise<boolean>;
  /** It is handled again, or is gone; false when it was not passed over. */
  takeUpAgain(kind: SkippedKind, name: string): Promise<boolean>;
  /** All but removed runs, the latest first. */
  skipped(): Promise<SkippedItem[]>;

  /**
   * Takes the turn at a task that one process at a time does for all, at most every `everyMs`; answers how far it has come, or null
   * when the turn is somebody else's. A turn is over when it is that old, or as far in the future: nobody has to give it back.
   */
  acquireLease(task: string, everyMs: number, now: number): Promise<{ checkpointAt: number | null } | null>;
  /** Says how far a task has come. */
  saveCheckpoint(task: string, checkpointAt: number): Promise<void>;
  /** How far a task has come; null for one that was never done. */
  checkpointAt(task: string): Promise<number | null>;
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
