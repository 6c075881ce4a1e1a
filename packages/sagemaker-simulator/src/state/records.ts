/**
 * What is kept of each resource. Nothing here changes by itself: a record holds the instants at which its statuses begin, and
 * what a caller sees is a function of the record and the time. Instants are milliseconds since 1970 UTC.
 */

export interface Tag {
  Key: string;
  Value: string;
}

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
  | 'MaxRuntimeExceeded';

export type TrainingPhase = Phase<SecondaryStatus>;

/** `NaN` travels as a string in AWS JSON. */
export type MetricValue = number | 'NaN' | 'Infinity' | '-Infinity';

/** The input of CreateTrainingJob, as far as the simulator uses it; it only stores and returns the rest. */
export interface TrainingJobRequest {
  TrainingJobName: string;
  RoleArn: string;
  AlgorithmSpecification?: {
    TrainingInputMode: string;
    TrainingImage?: string;
    AlgorithmName?: string;
    MetricDefinitions?: { Name: string; Regex: string }[];
  };
  OutputDataConfig: { S3OutputPath: string; CompressionType?: string };
  ResourceConfig?: {
    InstanceType?: string;
    InstanceCount?: number;
    VolumeSizeInGB?: number;
    InstanceGroups?: { InstanceType: string; InstanceCount: number }[];
  };
  StoppingCondition?: { MaxRuntimeInSeconds?: number; MaxWaitTimeInSeconds?: number; MaxPendingTimeInSeconds?: number };
  EnableManagedSpotTraining?: boolean;
  ServerlessJobConfig?: object;
  Tags?: Tag[];
}

export interface TrainingJobRecord extends Resource {
  request: TrainingJobRequest;
  timeline: TrainingPhase[];
  failureReason: string | null;
  metrics: Record<string, MetricValue>;
}

export interface ContainerDefinition {
  Image?: string;
  ModelDataUrl?: string;
  ModelDataSource?: { S3DataSource?: { S3Uri: string } };
  ModelPackageName?: string;
}

export interface ModelRequest {
  ModelName: string;
  ExecutionRoleArn?: string;
  PrimaryContainer?: ContainerDefinition;
  Containers?: ContainerDefinition[];
  Tags?: Tag[];
}

export interface ModelRecord extends Resource {
  request: ModelRequest;
}

export interface ProductionVariant {
  VariantName: string;
  ModelName?: string;
  InstanceType?: string;
  InitialInstanceCount?: number;
  InitialVariantWeight?: number;
  ServerlessConfig?: { MemorySizeInMB: number; MaxConcurrency: number };
}

export interface EndpointConfigRequest {
  EndpointConfigName: string;
  ProductionVariants: ProductionVariant[];
  Tags?: Tag[];
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

/** A production variant of an endpoint: its current and its desired state. */
export interface LiveVariant {
  variantName: string;
  instanceType: string | null;
  images: string[];
  weight: number;
  desiredWeight: number;
  /** null for a serverless variant. */
  instanceCount: number | null;
  desiredInstanceCount: number | null;
  serverless: { MemorySizeInMB: number; MaxConcurrency: number } | null;
}

/** `Gone` follows Deleting: the endpoint is not found any more. */
export interface EndpointPhase extends Phase<EndpointStatus | 'Gone'> {
  endpointConfigName: string;
  variants: LiveVariant[];
  failureReason: string | null;
  /** The new fleet, while the endpoint is created or updated. */
  pending: { endpointConfigName: string; variants: LiveVariant[]; startAt: number } | null;
  lastDeploymentConfig: object | null;
  /** The effect to list once the phase has begun, if any. */
  effect: EndpointEffectKind | null;
}

export type EndpointEffectKind = 'endpoint_in_service' | 'endpoint_rolled_back' | 'endpoint_failed' | 'endpoint_deleted';

export interface EndpointRecord extends Resource {
  timeline: EndpointPhase[];
}
