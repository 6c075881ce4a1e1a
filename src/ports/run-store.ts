import type { DeliveryPolicy } from '../core/delivery/policy.ts';
import type { Deployment, DeploymentStatus } from '../core/deployment/deployment.ts';
import type { TurnedDown } from '../core/deployment/delivery-state.ts';
import type { FailureKind } from '../core/failure-kind.ts';
import type { Actor } from '../core/history.ts';
import type { TrainingOutcome, TrainingRequest, TrainingRun, TrainingRunStatus } from '../core/training/training-run.ts';
import type { ShapeLayers } from '../core/shapes/shape-layers.ts';
import type { NewDeployment } from './deployment-store.ts';
import type { Page } from './page.ts';
import type { RequestKey } from './request-key-store.ts';

export interface NewRun {
  runId: string;
  trainingJobName: string;
  project: string;
  endpointName: string;
  autoDeploy: boolean;
  shapes: ShapeLayers;
  /** As the version before records it; null where that cannot say it. */
  request: TrainingRequest | null;
  servingImage: string | null;
  /** The name of the caller's key; null where the API has no keys. */
  requestedBy?: string | null;
  /** Why the caller requests it; null where it is not said. */
  reason?: string | null;
  /** The caller's span; null where the caller names none. */
  traceParent?: string | null;
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
  contentDigest?: string | null;
  /** By its tag; only a person deploys it. */
  turnedDown?: TurnedDown | null;
  secondaryStatus: string | null;
  /** SageMaker's CreationTime. */
  createdAt: number;
  /** The training was over already when it was found. */
  foundEnded: boolean;
}

/** A place in the runs in the order in which they ended. */
export interface EndedRun {
  finishedAt: number;
  seq: number;
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

/** A run that was turned down, and whose training job is to be tagged so. */
export type TaggedRun = Pick<TrainingRun, 'trainingJobName' | 'trainingJobArn'> & { turnedDown: TurnedDown };

/** What a check, and the change feed, have to know of a run. */
export type RunProgress = Pick<
  TrainingRun,
  | 'seq'
  | 'trainingJobName'
  | 'trainingJobArn'
  | 'endpointName'
  | 'status'
  | 'secondaryStatus'
  | 'stopRequestedAt'
  | 'overdueSince'
  | 'trainingSinceAt'
  | 'trainingCreatedAt'
  | 'createdAt'
> & {
  /** The service did not start its training. */
  isAdopted: boolean;
};

/** Which runs a list holds; an absent member lets all pass. Names in whatever case; instants in milliseconds since 1970 UTC. */
export interface RunFilter {
  statuses?: readonly TrainingRunStatus[];
  deploymentStatuses?: readonly (DeploymentStatus | 'none')[];
  endpointName?: string;
  nameContains?: string;
  /** Of `createdAt`, the instant itself included. */
  since?: number;
  /** The instant itself excluded. */
  until?: number;
}

export interface RunCount {
  status: TrainingRunStatus;
  deploymentStatus: DeploymentStatus | 'none';
  count: number;
}

/** A run as it is shown: with the status of its newest deployment, or `none`. */
export type RunView = TrainingRun & { deploymentStatus: DeploymentStatus | 'none' };

export type InsertRunResult =
  | { kind: 'inserted'; run: TrainingRun }
  /** A run with this idempotency key is there already. */
  | { kind: 'same_key'; run: TrainingRun }
  /** Another run has the training job's name. */
  | { kind: 'name_taken'; run: TrainingRun };

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
  adopt(params: { run: AdoptedRun; actor: Actor; by?: string | null; now: number; evenRemoved?: boolean }): Promise<AdoptResult>;
  /** The training job that the run id is of; null for an id that is not known. */
  findNameByRunId(runId: string): Promise<string | null>;
  /** The run of an earlier request with this idempotency key. */
  findByIdempotencyKey(idempotencyKey: string): Promise<TrainingRun | null>;
  find(trainingJobName: string): Promise<RunView | null>;
  /** The same in whatever case the name is written; the one that is written so, where there are several. */
  findInAnyCase(trainingJobName: string): Promise<RunView | null>;
  /** By its name in whatever case, without the request and the deployments: the little that an event needs. */
  findStatus(trainingJobName: string): Promise<Pick<TrainingRun, 'trainingJobName' | 'endpointName' | 'status'> | null>;
  /** Those of these training jobs that have a run, in whatever case their names are written, in any order; at most 100 names. */
  findProgress(trainingJobNames: readonly string[]): Promise<RunProgress[]>;
  /** How many runs there are of each status and deployment status, under the filter's other members. */
  count(filter: Omit<RunFilter, 'statuses' | 'deploymentStatuses'>): Promise<RunCount[]>;
  /** Newest first. A cursor that is none throws ServiceError `invalid_request`. */
  list(params: { filter: RunFilter; page: { limit: number; cursor: string | null } }): Promise<Page<RunView>>;
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
   * Runs that wait for their start: `requested`, not to be stopped, not refused, and with no attempt in progress; in order of recording,
   * after `afterSeq`. One whose lease is over, since its process died, is listed for one more attempt. The first attempt of a request is
   * left to the run's check: its caller may have heard that nothing was recorded, and then the run is deleted as soon as that can be.
   */
  listWaitingForStart(params: {
    afterSeq: number;
    limit: number;
    now: number;
  }): Promise<Pick<TrainingRun, 'seq' | 'trainingJobName'>[]>;
  /** Those that were turned down and whose training job is not tagged so yet, in order of recording. */
  listTagsDue(limit: number): Promise<TaggedRun[]>;
  /** The training job's tag says that it was turned down so; nothing where it was turned down otherwise since. */
  recordTagged(params: { trainingJobName: string; how: TurnedDown['how'] }): Promise<void>;
  /**
   * Marks that CreateTrainingJob is about to be sent; null unless the run is still `requested`, not to be stopped, and no other
   * start lease holds. One that was acquired `startTiming.leaseMs` ago, or is as far in the future by a clock that was ahead, is over.
   */
  acquireStartLease(params: { trainingJobName: string; now: number }): Promise<TrainingRun | null>;
  /**
   * Says that the last start is over without a training, so that another process may try at once. `refusedSince` is recorded as
   * `startRefusedSince`; null leaves what is recorded. The start clears it.
   */
  releaseStartLease(params: {
    trainingJobName: string;
    startAttemptedAt: number;
    refusedSince: number | null;
    now: number;
  }): Promise<TrainingRun | null>;
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
   * Requests the stop of a run whose start is over without success while an earlier attempt may have created its training, and records
   * why; null when it is not `requested` by this attempt any more, or its stop is requested already.
   */
  cancelStart(params: {
    trainingJobName: string;
    startAttemptedAt: number;
    failureReason: string;
    failureKind: FailureKind;
    actor: Actor;
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
  /**
   * Looks at the `limit` runs that ended first after `after` and before `endedBefore`, and deletes, in one transaction, those that nothing
   * needs: with no deployment that is active, unsettled, ended since, or among the `keepLive` that went live last on their endpoint.
   * Deployments and history go with them. The totals of MetricsStore keep what they counted. `next`: where to continue; null at the end.
   */
  prune(params: {
    endedBefore: number;
    keepLive: number;
    after: EndedRun | null;
    limit: number;
  }): Promise<{ pruned: number; next: EndedRun | null }>;
  /**
   * From `requested`, `training` and `timed_out`. The first request counts; later ones change nothing and return the run. `by`: the name of
   * the caller's key.
   */
  requestStop(params: {
    trainingJobName: string;
    by?: string | null;
    requestKey?: RequestKey | null;
    now: number;
  }): Promise<TrainingRun | null>;
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
   * only) it also queues one, in the same transaction, or returns the one that is active. With `startAttemptedAt` only a run that is
   * still `requested` with this start lease (null: with none) ends: what a process decided before it was paused may be outdated.
   */
  finish(params: {
    trainingJobName: string;
    outcome: TrainingOutcome;
    /** What an adopted run is made of; kept where the run has nothing of it yet. */
    shapes?: ShapeLayers | null;
    startAttemptedAt?: number | null;
    deployment: NewDeployment | null;
    /** In force now: a deployment that ends with its training gets it. */
    policy?: DeliveryPolicy | null;
    actor: Actor;
    now: number;
  }): Promise<{ run: TrainingRun; deployment: Deployment | null } | null>;
}
