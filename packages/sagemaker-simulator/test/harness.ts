import { ApplicationAutoScaling } from '@aws-sdk/client-application-auto-scaling';
import {
  SageMaker,
  type CreateTrainingJobCommandInput,
  type ProductionVariant,
  type SageMakerClientConfig,
} from '@aws-sdk/client-sagemaker';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { SageMakerRuntime } from '@aws-sdk/client-sagemaker-runtime';
import { onTestFinished } from 'vitest';
import { createSimulator, type Simulator, type SimulatorOptions } from '../src/index.ts';

/** A clock that stands still until a test advances it. */
export class Clock {
  now = Date.parse('2026-11-24T10:00:00.250Z');

  advance(seconds: number): void {
    this.now += seconds * 1000;
  }
}

/** A simulator whose time a test controls: trainings take 100 s, endpoints 60 s, deletions and stops 10 s. */
export async function startSimulator(
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; clock: Clock; sagemaker: SageMaker }> {
  const clock = new Clock();
  const simulator = await createSimulator({
    now: () => clock.now,
    ...options,
    settings: {
      trainingSeconds: 100,
      stopSeconds: 10,
      endpointCreateSeconds: 60,
      endpointUpdateSeconds: 60,
      endpointDeleteSeconds: 10,
      ...options.settings,
    },
  });
  onTestFinished(() => simulator.close());
  return { simulator, clock, sagemaker: createClient(simulator.url) };
}

/** The real SDK, without retries unless a test wants them. */
export function createClient(url: string, config: SageMakerClientConfig = {}): SageMaker {
  const client = new SageMaker({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' },
    maxAttempts: 1,
    ...config,
  });
  onTestFinished(() => client.destroy());
  return client;
}

const configOf = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' },
  maxAttempts: 1,
});

function untilTestFinished<Client extends { destroy: () => void }>(client: Client): Client {
  onTestFinished(() => client.destroy());
  return client;
}

/** The SDK of Application Auto Scaling, which the same address serves. */
export const createScalingClient = (url: string): ApplicationAutoScaling =>
  untilTestFinished(new ApplicationAutoScaling(configOf(url)));

/** That of CloudWatch. */
export const createAlarmClient = (url: string): CloudWatch => untilTestFinished(new CloudWatch(configOf(url)));

/** That of SageMaker's runtime. */
export const createRuntimeClient = (url: string): SageMakerRuntime => untilTestFinished(new SageMakerRuntime(configOf(url)));

export const role = 'arn:aws:iam::123456789012:role/SageMakerRole';
export const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/sentiment:1';

export const training = (name: string, more: Partial<CreateTrainingJobCommandInput> = {}): CreateTrainingJobCommandInput => ({
  TrainingJobName: name,
  RoleArn: role,
  AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
  OutputDataConfig: { S3OutputPath: 's3://models/out/' },
  ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
  StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  ...more,
});

/** A model and, under the same name, an endpoint configuration with one variant of it. */
export async function makeConfig(sagemaker: SageMaker, name: string, variant: Partial<ProductionVariant> = {}): Promise<void> {
  await sagemaker.createModel({ ModelName: name, ExecutionRoleArn: role, PrimaryContainer: { Image: image } });
  await sagemaker.createEndpointConfig({
    EndpointConfigName: name,
    ProductionVariants: [
      { VariantName: 'AllTraffic', ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 1, ...variant },
    ],
  });
}

/** An endpoint that is InService on the configuration `one`; there is a configuration `two` as well. */
export async function makeLiveEndpoint(sagemaker: SageMaker, clock: Clock): Promise<void> {
  await makeConfig(sagemaker, 'one');
  await makeConfig(sagemaker, 'two');
  await sagemaker.createEndpoint({ EndpointName: 'live', EndpointConfigName: 'one' });
  clock.advance(60);
}

interface ServiceError extends Error {
  $metadata: { httpStatusCode?: number };
}

const isServiceError = (error: unknown): error is ServiceError => error instanceof Error && '$metadata' in error;

/** What a service says of a call that it refuses, as the SDK shows it. */
export async function refusal(call: Promise<unknown>): Promise<{ name: string; message: string; status: number | undefined }> {
  try {
    await call;
  } catch (error) {
    if (isServiceError(error)) return { name: error.name, message: error.message, status: error.$metadata.httpStatusCode };
    throw error;
  }
  throw new Error('the call was not refused');
}

export const invalid = (message: string): { name: string; message: string; status: number } => ({
  name: 'ValidationException',
  message,
  status: 400,
});

export const arn = (resource: string): string => `arn:aws:sagemaker:us-east-1:123456789012:${resource}`;
