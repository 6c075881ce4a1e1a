import type { Autoscaling } from '../core/deployment/autoscaling.ts';
import type { Endpoint, EndpointConfig, Model } from '../core/deployment/deployment.ts';
import type { Place } from '../core/sagemaker/place.ts';
import type { SecretValues } from '../core/shapes/redact-shape.ts';
import type { ShapeObject } from '../core/shapes/shapes.ts';
import type { TrainingJob } from '../core/training/training-run.ts';

/** A turn of CreateTrainingJob in the budget of all processes (call-budget.ts). `grantedAt` is null while Redis is unavailable. */
export interface StartTurn {
  grantedAt: number | null;
  isFree: boolean;
}

export interface CallOptions {
  /** Aborted when the worker has to release its jobs. */
  signal?: AbortSignal;
  /**
   * Asked immediately before each request leaves the process, retries included; throws to stop the call without an effect.
   * It is what keeps a worker that was paused and has lost its job from acting.
   */
  beforeSend?: () => Promise<void>;
  /**
   * How long the call may take in all, waits and retries included. When it is over the call fails with the last answer, or as
   * `unavailable` without one.
   */
  maxWaitMs?: number;
  /** False: the first throttling ends the call, because the caller retries later. True by default. */
  retryThrottles?: boolean;
  /**
   * Where the operation has a budget of all processes (call-budget.ts): whether the request waits in line, for as
   * long as the call may take by default; sends only what the line leaves; or has had its turn. `longestWaitMs` is for all of the wait.
   */
  turn?: { kind: 'queued' | 'spare'; longestWaitMs: number } | { kind: 'granted'; turn: StartTurn };
  /** Values of the caller's that no text of SageMaker's may show, neither an error nor a failure reason. */
  hide?: SecretValues;
  /** False: an attempt that may have had its effect ends the call, because the caller looks first whether it has. True by default. */
  retryIndeterminate?: boolean;
}

export interface TrainingJobSpec {
  trainingJobName: string;
  /** The members of CreateTrainingJob, without the name and without nulls. */
  request: ShapeObject;
  /** Tags that mark the job as this service's and hold what recovery needs; see core/sagemaker/tags.ts. */
  ownTags: Record<string, string>;
}

export interface TrainingJobSummary {
  name: string;
  arn: string;
  status: string;
  secondaryStatus: string | null;
  createdAt: number;
  /** null while it has not ended, and where SageMaker does not say. */
  endedAt: number | null;
}

export interface TrainingJobPage {
  jobs: TrainingJobSummary[];
  /** Those of the page that can't be understood: they take nothing from the others. */
  odd: { name: string; reason: string }[];
  nextToken: string | null;
  /** SageMaker's own instant of the answer; null where it does not say. */
  respondedAt: number | null;
}

/** A training job as the index of Search has it, which may be behind. */
export interface FoundTrainingJob extends TrainingJobSummary {
  /** When its status last changed. */
  modifiedAt: number;
}

export interface SearchPage {
  jobs: FoundTrainingJob[];
  /** Those of the page that can't be understood: they take nothing from the others. */
  odd: { name: string; reason: string }[];
  nextToken: string | null;
}

/** `isSure`: read from ARNs of training jobs in SageMaker's responses. */
export type KnownPlace = Place & { isSure: boolean };

/** SageMaker's control plane. Every method throws SageMakerError, or what `beforeSend` threw. */
export interface SageMaker {
  /** The region and the account that the calls go to, as far as that is known. Makes no call, and never fails. */
  place(): Promise<KnownPlace>;
  /** False while it is known, without asking, that a training cannot be started at once: others wait, and SageMaker throttles. */
  mayStartTraining(): boolean;
  /** Waits in line for the next training that may be started; null when that takes longer. Never fails but by the signal. */
  awaitStartTurn(limits: { maxWaitMs: number; signal?: AbortSignal }): Promise<StartTurn | null>;
  createTrainingJob(spec: TrainingJobSpec, options?: CallOptions): Promise<{ arn: string }>;
  describeTrainingJob(name: string, options?: CallOptions): Promise<TrainingJob>;
  stopTrainingJob(name: string, options?: CallOptions): Promise<void>;
  /**
   * One page, newest first. A page may be empty and still have a next one
   * (docs/reference/sagemaker-behavior.md#listtrainingjobs-filters-after-paging).
   */
  listTrainingJobs(page: { nextToken?: string }, options?: CallOptions): Promise<TrainingJobPage>;
  /**
   * One page of the project's training jobs, by its tag, in the order of their last changes: those since an instant (to the second), or
   * the newest one. The index may lack changes, or show them late (docs/reference/sagemaker-behavior.md#search-reads-an-index).
   */
  searchTrainingJobs(
    query: { project: string; changed: { since: number; nextToken?: string } | 'last' },
    options?: CallOptions,
  ): Promise<SearchPage>;
  listTags(arn: string, options?: CallOptions): Promise<Record<string, string>>;
  /** Tags that are there keep their values, but for those of the same keys. */
  addTags(arn: string, tags: Record<string, string>, options?: CallOptions): Promise<void>;
  /** Keys that the resource does not have are no error. */
  deleteTags(arn: string, keys: readonly string[], options?: CallOptions): Promise<void>;
  createModel(
    /** `request`: the members of CreateModel without name and tags. */
    spec: { name: string; request: ShapeObject; tags: Record<string, string> },
    options?: CallOptions,
  ): Promise<{ arn: string }>;
  describeModel(name: string, options?: CallOptions): Promise<Model>;
  /** Deletes SageMaker's entry, also one in use; artifact, image and role stay (docs/reference/sagemaker-behavior.md#resources-in-use-can-be-deleted). */
  deleteModel(name: string, options?: CallOptions): Promise<void>;
  createEndpointConfig(
    /** `request`: the members of CreateEndpointConfig without name and tags. */
    spec: { name: string; request: ShapeObject; tags: Record<string, string> },
    options?: CallOptions,
  ): Promise<{ arn: string }>;
  describeEndpointConfig(name: string, options?: CallOptions): Promise<EndpointConfig>;
  /** Also of one in use, after which the endpoint can't be updated (docs/reference/sagemaker-behavior.md#resources-in-use-can-be-deleted). */
  deleteEndpointConfig(name: string, options?: CallOptions): Promise<void>;
  describeEndpoint(name: string, options?: CallOptions): Promise<Endpoint>;
  createEndpoint(
    spec: { endpointName: string; endpointConfigName: string; tags: Record<string, string> },
    options?: CallOptions,
  ): Promise<void>;
  /**
   * `deploymentConfig`: the DeploymentConfig of UpdateEndpoint; without one SageMaker shifts all traffic at once. `changesDataCapture`: to
   * that of the configuration, in place of what the endpoint has.
   */
  updateEndpoint(
    spec: { endpointName: string; endpointConfigName: string; deploymentConfig?: ShapeObject; changesDataCapture?: boolean },
    options?: CallOptions,
  ): Promise<void>;
  deleteEndpoint(name: string, options?: CallOptions): Promise<void>;
  /** How Application Auto Scaling scales the endpoint's variants. */
  describeAutoscaling(
    endpoint: { endpointName: string; variantNames: readonly string[] },
    options?: CallOptions,
  ): Promise<Autoscaling>;
  /** Puts it back. Each part replaces what is there of it, so that it can be repeated. */
  restoreAutoscaling(autoscaling: Autoscaling, options?: CallOptions): Promise<void>;
}
