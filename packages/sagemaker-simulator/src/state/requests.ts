/** The inputs that are kept, as far as the simulator uses them. */

export interface Tag {
  Key: string;
  Value: string;
}

export interface VpcConfig {
  SecurityGroupIds: string[];
  Subnets: string[];
}

export interface Channel {
  ChannelName: string;
  InputMode?: string;
  CompressionType?: string;
  RecordWrapperType?: string;
  DataSource: {
    S3DataSource?: { S3DataType: string; S3Uri: string; S3DataDistributionType?: string; AttributeNames?: string[] };
    FileSystemDataSource?: object;
    DatasetSource?: object;
  };
}

/** The input of CreateTrainingJob, as far as the simulator uses it; it only stores and returns the rest. */
export interface TrainingJobRequest {
  TrainingJobName: string;
  RoleArn: string;
  InputDataConfig?: Channel[];
  VpcConfig?: VpcConfig;
  AlgorithmSpecification?: {
    TrainingInputMode: string;
    TrainingImage?: string;
    AlgorithmName?: string;
    MetricDefinitions?: { Name: string; Regex: string }[];
    EnableSageMakerMetricsTimeSeries?: boolean;
  };
  OutputDataConfig: { S3OutputPath: string; CompressionType?: string; KmsKeyId?: string };
  ResourceConfig?: {
    InstanceType?: string;
    InstanceCount?: number;
    VolumeSizeInGB?: number;
    KeepAlivePeriodInSeconds?: number;
    InstanceGroups?: { InstanceType: string; InstanceCount: number }[];
  };
  StoppingCondition?: { MaxRuntimeInSeconds?: number; MaxWaitTimeInSeconds?: number; MaxPendingTimeInSeconds?: number };
  EnableManagedSpotTraining?: boolean;
  ServerlessJobConfig?: object;
  Tags?: Tag[];
}

export interface ContainerDefinition {
  Image?: string;
  Mode?: string;
  ModelDataUrl?: string;
  ModelDataSource?: { S3DataSource?: { S3Uri: string; S3DataType: string; CompressionType: string } };
  ModelPackageName?: string;
  Environment?: Record<string, string>;
}

export interface ModelRequest {
  ModelName: string;
  ExecutionRoleArn?: string;
  PrimaryContainer?: ContainerDefinition;
  Containers?: ContainerDefinition[];
  VpcConfig?: VpcConfig;
  EnableNetworkIsolation?: boolean;
  Tags?: Tag[];
}

export interface ServerlessConfig {
  MemorySizeInMB: number;
  MaxConcurrency: number;
  ProvisionedConcurrency?: number;
}

export interface ProductionVariant {
  VariantName: string;
  ModelName?: string;
  InstanceType?: string;
  InitialInstanceCount?: number;
  InitialVariantWeight?: number;
  ServerlessConfig?: ServerlessConfig;
  InstancePools?: object[];
  ManagedInstanceScaling?: { Status?: string };
  RoutingConfig?: object;
}

export interface DataCaptureConfig {
  EnableCapture?: boolean;
  InitialSamplingPercentage: number;
  DestinationS3Uri: string;
  KmsKeyId?: string;
}

export interface EndpointConfigRequest {
  EndpointConfigName: string;
  ProductionVariants: ProductionVariant[];
  ShadowProductionVariants?: ProductionVariant[];
  DataCaptureConfig?: DataCaptureConfig;
  AsyncInferenceConfig?: object;
  ExplainerConfig?: object;
  MetricsConfig?: object;
  ExecutionRoleArn?: string;
  VpcConfig?: VpcConfig;
  EnableNetworkIsolation?: boolean;
  Tags?: Tag[];
}
