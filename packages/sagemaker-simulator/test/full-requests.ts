import {
  MetricPublishFrequencyInSeconds,
  type CreateEndpointConfigCommandInput,
  type CreateModelCommandInput,
  type CreateTrainingJobCommandInput,
  type ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import { image, role } from './harness.ts';

const vpc = { SecurityGroupIds: ['sg-0123456789abcdef0'], Subnets: ['subnet-0123456789abcdef0', 'subnet-1'] };
const key = 'arn:aws:kms:us-east-1:123456789012:key/143ef68f-76fd-45e3-abba-ed28fc8d3d5e';
const tags = [{ Key: 'team', Value: 'ml' }];

/** Every member that CreateTrainingJob has, but for ServerlessJobConfig, which takes the place of most of the others. */
export const fullTraining: CreateTrainingJobCommandInput = {
  TrainingJobName: 'full',
  HyperParameters: { rate: '0.1' },
  AlgorithmSpecification: {
    TrainingImage: image,
    TrainingInputMode: 'File',
    MetricDefinitions: [{ Name: 'f1', Regex: 'f1=([0-9.]+)' }],
    EnableSageMakerMetricsTimeSeries: true,
    ContainerEntrypoint: ['python'],
    ContainerArguments: ['train.py'],
    TrainingImageConfig: {
      TrainingRepositoryAccessMode: 'Vpc',
      TrainingRepositoryAuthConfig: {
        TrainingRepositoryCredentialsProviderArn: 'arn:aws:lambda:us-east-1:123456789012:function:credentials',
      },
    },
  },
  RoleArn: role,
  InputDataConfig: [
    {
      ChannelName: 'train',
      DataSource: {
        S3DataSource: {
          S3DataType: 'AugmentedManifestFile',
          S3Uri: 's3://data/train.manifest',
          S3DataDistributionType: 'ShardedByS3Key',
          AttributeNames: ['source-ref', 'label'],
          InstanceGroupNames: ['one'],
        },
      },
      ContentType: 'application/x-recordio',
      CompressionType: 'Gzip',
      RecordWrapperType: 'RecordIO',
      InputMode: 'Pipe',
      ShuffleConfig: { Seed: 7 },
    },
    {
      ChannelName: 'shared',
      DataSource: {
        FileSystemDataSource: {
          FileSystemId: 'fs-0123456789abcdef0',
          FileSystemAccessMode: 'ro',
          FileSystemType: 'EFS',
          DirectoryPath: '/data',
        },
      },
      CompressionType: 'None',
      RecordWrapperType: 'None',
    },
  ],
  OutputDataConfig: { S3OutputPath: 's3://models/out', KmsKeyId: key, CompressionType: 'NONE' },
  ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 2, VolumeSizeInGB: 30, VolumeKmsKeyId: key },
  VpcConfig: vpc,
  StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200, MaxPendingTimeInSeconds: 7200 },
  Tags: tags,
  EnableNetworkIsolation: true,
  EnableInterContainerTrafficEncryption: true,
  EnableManagedSpotTraining: true,
  CheckpointConfig: { S3Uri: 's3://models/checkpoints', LocalPath: '/opt/ml/checkpoints' },
  DebugHookConfig: {
    S3OutputPath: 's3://models/debug',
    HookParameters: { 'save-interval': '10' },
    CollectionConfigurations: [{ CollectionName: 'losses', CollectionParameters: { 'save-interval': '5' } }],
  },
  DebugRuleConfigurations: [{ RuleConfigurationName: 'loss', RuleEvaluatorImage: 'rules:latest', RuleParameters: { a: 'b' } }],
  TensorBoardOutputConfig: { S3OutputPath: 's3://models/board', LocalPath: '/opt/ml/board' },
  ExperimentConfig: { ExperimentName: 'experiment', TrialName: 'trial', TrialComponentDisplayName: 'component', RunName: 'run' },
  ProfilerConfig: { S3OutputPath: 's3://models/profiler', ProfilingIntervalInMilliseconds: 500, DisableProfiler: false },
  ProfilerRuleConfigurations: [{ RuleConfigurationName: 'report', RuleEvaluatorImage: 'rules:latest' }],
  Environment: { SECRET: 'no line of the log has it' },
  RetryStrategy: { MaximumRetryAttempts: 3 },
  RemoteDebugConfig: { EnableRemoteDebug: true },
  InfraCheckConfig: { EnableInfraCheck: true },
  SessionChainingConfig: { EnableSessionTagChaining: true },
  MlflowConfig: {
    MlflowResourceArn: 'arn:aws:sagemaker:us-east-1:123456789012:mlflow-app/app-0123456789AB',
    MlflowExperimentName: 'experiment',
    MlflowRunName: 'run',
  },
  ModelPackageConfig: { ModelPackageGroupArn: 'arn:aws:sagemaker:us-east-1:123456789012:model-package-group/group' },
};

/** Every member that CreateModel has, but for PrimaryContainer, which Containers take the place of. */
export const fullModel: CreateModelCommandInput = {
  ModelName: 'full',
  Containers: [
    {
      ContainerHostname: 'first',
      Image: image,
      ImageConfig: {
        RepositoryAccessMode: 'Vpc',
        RepositoryAuthConfig: { RepositoryCredentialsProviderArn: 'arn:aws:lambda:us-east-1:123456789012:function:credentials' },
      },
      Mode: 'SingleModel',
      ModelDataSource: {
        S3DataSource: {
          S3Uri: 's3://elsewhere/model/',
          S3DataType: 'S3Prefix',
          CompressionType: 'None',
          ModelAccessConfig: { AcceptEula: true },
        },
      },
      AdditionalModelDataSources: [
        {
          ChannelName: 'draft',
          S3DataSource: { S3Uri: 's3://elsewhere/draft/', S3DataType: 'S3Prefix', CompressionType: 'None' },
        },
      ],
      Environment: { LEVEL: 'info', TOKEN: 'secret' },
    },
    { ContainerHostname: 'second', Image: image, Mode: 'SingleModel', ModelDataUrl: 's3://elsewhere/model.tar.gz' },
  ],
  InferenceExecutionConfig: { Mode: 'Serial' },
  ExecutionRoleArn: role,
  Tags: tags,
  VpcConfig: vpc,
  EnableNetworkIsolation: true,
};

const variant: ProductionVariant = {
  VariantName: 'live',
  ModelName: 'served',
  InitialInstanceCount: 2,
  InstanceType: 'ml.m5.large',
  InitialVariantWeight: 0.5,
  CoreDumpConfig: { DestinationS3Uri: 's3://models/dumps', KmsKeyId: key },
  VolumeSizeInGB: 64,
  ModelDataDownloadTimeoutInSeconds: 600,
  ContainerStartupHealthCheckTimeoutInSeconds: 700,
  VariantInstanceProvisionTimeoutInSeconds: 900,
  EnableSSMAccess: true,
  RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
  InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-2',
};

/** Every member that CreateEndpointConfig has for a model, but for AsyncInferenceConfig, which excludes the shadow variant. */
export const fullEndpointConfig: CreateEndpointConfigCommandInput = {
  EndpointConfigName: 'full',
  ProductionVariants: [variant],
  ShadowProductionVariants: [{ ...variant, VariantName: 'shadow' }],
  DataCaptureConfig: {
    EnableCapture: true,
    InitialSamplingPercentage: 20,
    DestinationS3Uri: 's3://capture/here',
    KmsKeyId: key,
    CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
    CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'], JsonContentTypes: ['application/json'] },
  },
  Tags: tags,
  KmsKeyId: key,
  ExplainerConfig: {
    ClarifyExplainerConfig: {
      EnableExplanations: '`true`',
      ShapConfig: { ShapBaselineConfig: { MimeType: 'text/csv', ShapBaseline: '1,2' }, NumberOfSamples: 10, Seed: 1 },
    },
  },
  ExecutionRoleArn: role,
  MetricsConfig: { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: MetricPublishFrequencyInSeconds.FREQ_60_S },
};

export const asyncInference = {
  ClientConfig: { MaxConcurrentInvocationsPerInstance: 4 },
  OutputConfig: {
    S3OutputPath: 's3://async/out',
    S3FailurePath: 's3://async/failed',
    KmsKeyId: key,
    NotificationConfig: { SuccessTopic: 'arn:aws:sns:us-east-1:123456789012:done' },
  },
};
