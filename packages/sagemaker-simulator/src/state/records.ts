/**
 * What is kept of each resource. Nothing here changes by itself: a record holds the instants at which its statuses begin, and
 * what a caller sees is a function of the record and the time. Instants are milliseconds since 1970 UTC.
 */
import type {
  DataCaptureConfig,
  EndpointConfigRequest,
  ModelRequest,
  ServerlessConfig,
  Tag,
  TrainingJobRequest,
} from './requests.ts';

interface Resource {
  name: string;
  arn: string;
  createdAt: number;
  tags: Tag[];
}

/** From `startAt` on the resource is in `status`, until the next phase begins. */
interface Phase<Status extends string> {
  status: Status;
  startAt: number;
}

export type TrainingStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

export type SecondaryStatus =
  | 'Starting'
  | 'Pending'
  | 'Downloading'
  | 'Training'
  | 'Uploading'
  | 'Stopping'
  | 'Completed'
  | 'Failed'
  | 'Stopped'
  | 'MaxRuntimeExceeded'
  | 'MaxWaitTimeExceeded'
  | 'Interrupted';

export type TrainingPhase = Phase<SecondaryStatus>;

/** `NaN` travels as a string in AWS JSON. */
export type MetricValue = number | 'NaN' | 'Infinity' | '-Infinity';

export interface TrainingJobRecord extends Resource {
  request: TrainingJobRequest;
  timeline: TrainingPhase[];
  failureReason: string | null;
  metrics: Record<string, MetricValue>;
  /** BillableTimeInSeconds as a share of TrainingTimeInSeconds; 1 where it is absent. */
  billableShare?: number;
}

export interface ModelRecord extends Resource {
  request: ModelRequest;
}

export interface EndpointConfigRecord extends Resource {
  request: EndpointConfigRequest;
  /** CreateEndpoint and UpdateEndpoint find it only from then on. */
  visibleAt: number;
}

export type EndpointStatus =
  | 'OutOfService'
  | 'Creating'
  | 'Updating'
  | 'SystemUpdating'
  | 'RollingBack'
  | 'InService'
  | 'Deleting'
  | 'Failed'
  | 'UpdateRollbackFailed';

/** A stage of a fleet in a rollout, as DescribeEndpoint shows it. */
export interface VariantStage {
  status: 'Creating' | 'Updating' | 'ActivatingTraffic' | 'Baking' | 'Deleting';
  message: string;
  startAt: number;
}

/** A production variant of an endpoint: its current and its desired state. */
export interface LiveVariant {
  variantName: string;
  /** Absent in old state files, null where inference components bring the models. */
  modelName?: string | null;
  instanceType: string | null;
  images: string[];
  weight: number;
  desiredWeight: number;
  /** null for a serverless variant. */
  instanceCount: number | null;
  desiredInstanceCount: number | null;
  serverless: ServerlessConfig | null;
  /** What DescribeEndpoint returns as it is in the configuration; absent in old state files. */
  settings?: { ManagedInstanceScaling?: object; RoutingConfig?: object };
  /** While something changes. */
  stages?: VariantStage[];
  /** Instances that exist, where these are not the desired ones. */
  running?: number;
}

/** What an endpoint has from its configuration beside its production variants, as DescribeEndpoint returns it. */
export interface EndpointFeatures {
  dataCapture: DataCaptureConfig | null;
  shadowVariants: LiveVariant[];
  asyncInference: object | null;
  explainer: object | null;
  metrics: object | null;
}

export interface PendingFleet {
  endpointConfigName: string;
  variants: LiveVariant[];
  startAt: number;
  features?: EndpointFeatures;
  /** How much of the traffic it takes, 0 to 1; 0 where it is absent. */
  share?: number;
}

/** `Gone` follows Deleting: the endpoint is not found any more. */
export interface EndpointPhase extends Phase<EndpointStatus | 'Gone'> {
  endpointConfigName: string;
  variants: LiveVariant[];
  failureReason: string | null;
  /** The new fleet, while the endpoint is created or updated. */
  pending: PendingFleet | null;
  /** LastModifiedTime, where the phase is a part of an update that began before. */
  modifiedAt?: number;
  /** Absent in old state files. */
  features?: EndpointFeatures;
  lastDeploymentConfig: object | null;
  /** The effect to list once the phase has begun, if any. */
  effect: EndpointEffectKind | null;
}

export type EndpointEffectKind = 'endpoint_in_service' | 'endpoint_rolled_back' | 'endpoint_failed' | 'endpoint_deleted';

export interface EndpointRecord extends Resource {
  timeline: EndpointPhase[];
  /** What the update that is in progress goes back to, and when. */
  rollout?: RolloutRecord | null;
}

export interface RolloutRecord {
  alarmNames: string[];
  /** The phase before the update. */
  before: EndpointPhase;
  /** A rolling update terminates the old instances on its way. */
  isRolling: boolean;
  /** Of all of the update but its waits. */
  workMs: number;
  /** The FailureReason after an alarm or the time-out. */
  reason: string | null;
  /** With one, a rollback fails. */
  rollbackFailure: string | null;
}
