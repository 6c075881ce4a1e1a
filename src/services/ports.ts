/**
 * What the services need from the outside, as interfaces. `src/db`, `src/queue`, `src/sagemaker`, `src/logger.ts` implement
 * them; `main.ts` files hand them over.
 */
import type { Deployment, Endpoint, EndpointConfig, Model, ProductionVariant } from '../core/deployment.ts';
import type { RedisFacts } from '../core/redis-server.ts';
import type { Place } from '../core/place.ts';
import type { TrainingJob, TrainingRequest, TrainingRun } from '../core/training-run.ts';
import type { Store } from './store.ts';

export type { Store } from './store.ts';

export interface CallOptions {
  /** Aborted when the worker has to hand its work back. */
  signal?: AbortSignal;
  /**
   * Asked immediately before each request leaves the process, retries included; throws to stop the call without an effect.
   * It is what keeps a worker that was paused and has lost its job from acting.
   */
  guard?: () => Promise<void>;
  /**
   * How long the call may take in all, waits and retries included. When it is over the call fails with the last answer, or as
   * `unavailable` without one.
   */
  maxWaitMs?: number;
  /** False: the first throttling answer ends the call, because somebody else tries again later. True by default. */
  retryThrottles?: boolean;
  /** False: an attempt that may have had its effect ends the call, because the caller looks first whether it has. True by default. */
  retryUnclear?: boolean;
}

export interface TrainingJobSpec extends TrainingRequest {
  trainingJobName: string;
  /** Tags that say that the job is ours and what is needed to go on; see core/tags.ts. */
  ownTags: Record<string, string>;
}

export interface TrainingJobSummary {
  name: string;
  arn: string;
  status: string;
  secondaryStatus: string | null;
  createdAt: number;
}

export interface TrainingJobPage {
  jobs: TrainingJobSummary[];
  /** Those of the page that can't be understood: they take nothing from the others. */
  odd: { name: string; reason: string }[];
  nextToken: string | null;
  /** SageMaker's own instant of the answer; null where it does not say. */
  answeredAt: number | null;
}

/** `isSure`: ARNs of training jobs in SageMaker's answers have told. */
export type KnownPlace = Place & { isSure: boolean };

/** SageMaker's control plane. Every method throws SagemakerError, or what the guard threw. */
export interface Sagemaker {
  /** The region and the account that the calls go to, as far as that is known. Makes no call, and never fails. */
  place(): Promise<KnownPlace>;
  createTrainingJob(spec: TrainingJobSpec, options?: CallOptions): Promise<{ arn: string }>;
  describeTrainingJob(name: string, options?: CallOptions): Promise<TrainingJob>;
  stopTrainingJob(name: string, options?: CallOptions): Promise<void>;
  /**
   * One page, newest first. A page may be empty and still have a next one
   * (docs/reference/sagemaker-behavior.md#listtrainingjobs-filters-after-paging).
   */
  listTrainingJobs(page: { nextToken?: string }, options?: CallOptions): Promise<TrainingJobPage>;
  listTags(arn: string, options?: CallOptions): Promise<Record<string, string>>;
  /** Tags that are there keep their values, but for those of the same keys. */
  addTags(arn: string, tags: Record<string, string>, options?: CallOptions): Promise<void>;
  createModel(
    spec: { name: string; image: string; modelDataUrl: string; roleArn: string; tags: Record<string, string> },
    options?: CallOptions,
  ): Promise<{ arn: string }>;
  describeModel(name: string, options?: CallOptions): Promise<Model>;
  createEndpointConfig(
    spec: { name: string; variant: ProductionVariant; tags: Record<string, string> },
    options?: CallOptions,
  ): Promise<{ arn: string }>;
  describeEndpointConfig(name: string, options?: CallOptions): Promise<EndpointConfig>;
  describeEndpoint(name: string, options?: CallOptions): Promise<Endpoint>;
  createEndpoint(
    spec: { endpointName: string; endpointConfigName: string; tags: Record<string, string> },
    options?: CallOptions,
  ): Promise<void>;
  updateEndpoint(spec: { endpointName: string; endpointConfigName: string }, options?: CallOptions): Promise<void>;
  deleteEndpoint(name: string, options?: CallOptions): Promise<void>;
}

export type WatchedRun = Pick<TrainingRun, 'trainingJobName' | 'endpointName'>;
export type WatchedDeployment = Pick<Deployment, 'deploymentId' | 'trainingJobName' | 'endpointName'>;

/** The queue is a hint (ARCHITECTURE.md#principles): every method may fail, and nothing is lost when it does. */
export interface Queue {
  /** Makes sure that a `check-training` job watches the run; with `delayMs` 0 a waiting one is looked at now. */
  watchTraining(run: WatchedRun, delayMs: number): Promise<void>;
  /** Makes sure that a `deploy` job carries the deployment on; with `delayMs` 0 a waiting one goes on now. */
  deploy(deployment: WatchedDeployment, delayMs: number): Promise<void>;
  /**
   * A look at a training beside whatever watches it, after this moment: an event told of `status`. Now, or, when there was one a second
   * ago or less, a second after that, so that any number of events make one look a second; what tells of an end never waits for others.
   */
  lookAtTraining(run: WatchedRun, status: string): Promise<void>;
  /** The same for a deployment under way, whose endpoint an event told of. */
  lookAtDeployment(deployment: WatchedDeployment, status: string): Promise<void>;
  /**
   * For the reconciler: adds, in bulk, the jobs that these should have and don't (never made, flushed, or finished too early).
   * `delayMs` is asked for each job that is added. Answers whom it added one for, and of which no job can be made.
   */
  restore(
    wanted: { runs: readonly WatchedRun[]; deployments: readonly WatchedDeployment[] },
    delayMs: (kind: 'check' | 'deploy') => number,
  ): Promise<{
    runs: WatchedRun[];
    deployments: WatchedDeployment[];
    refused: { kind: 'run' | 'deployment'; name: string; reason: string }[];
  }>;
  /**
   * For the reconciler: gives each delayed job that lies further ahead than `longestMs` the delay that `delayMs` answers, which is
   * told how many they are. Such jobs are left behind by a clock that was put back. Answers how many there were.
   */
  pullForward(longestMs: number, delayMs: (count: number) => number): Promise<number>;
}

/** The jobs of one queue that are due and that nobody has taken. */
export interface DueJobs {
  count: number;
  /** The one that has been due for longest. */
  oldest: { trainingJobName: string; since: number } | null;
}

/** A process that uses the queue, and the database that it has. */
export interface QueuePeer {
  name: string;
  service: string;
  databaseId: string;
}

/** How processes notice through Redis that they do not share the database. Both may fail. */
export interface QueuePeers {
  /**
   * Answers who else lives and has another database. Notes this process for a few seconds: with `stay` in any case, with `join` only
   * where there is nobody, with `look` not at all.
   */
  meet(self: QueuePeer, stance: 'look' | 'join' | 'stay'): Promise<QueuePeer[]>;
  leave(name: string): Promise<void>;
}

/** What can be seen of the queue, for people and for those who watch over it. Every method may fail. */
export interface QueueView {
  /** Resolves when Redis takes writes now, or took one a second ago. */
  probe(): Promise<void>;
  /** By queue. */
  due(): Promise<Record<string, DueJobs>>;
  /** As it was at the last connect; null while that is not known. */
  facts(): RedisFacts | null;
}

/** A line of the log; `training_job_name` in `fields` wherever a run is spoken of. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The settings that services need, from the configuration. Durations in milliseconds. */
export interface ServiceSettings {
  projectName: string;
  endpointName: string;
  roleArn: string;
  trainingImage: string;
  servingImage: string;
  trainingInputS3Uri: string | null;
  modelOutputS3Uri: string;
  trainingInstanceType: string;
  trainingInstanceCount: number;
  trainingVolumeGb: number;
  trainingMaxRuntimeSeconds: number;
  endpointInstanceType: string;
  endpointInstanceCount: number;
  pollIntervalMs: number;
  endpointPollMs: number;
  reconcileIntervalMs: number;
  maxTrainingWaitMs: number;
  maxDeploymentWaitMs: number;
}

/** What every service gets. The clock and randomness are handed in. */
export interface Services {
  store: Store;
  sagemaker: Sagemaker;
  queue: Queue;
  log: Logger;
  settings: ServiceSettings;
  /** Milliseconds since 1970 UTC. */
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
}
