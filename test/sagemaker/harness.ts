import { onTestFinished } from 'vitest';
import { SageMakerError } from '../../src/core/errors.ts';
import { type ConnectedSageMaker, createSageMaker, type SageMakerOptions } from '../../src/sagemaker/sagemaker.ts';
import type { ShapeObject } from '../../src/core/shapes/shapes.ts';
import type { TrainingJobSpec } from '../../src/ports/sagemaker.ts';
import type { Simulator, SimulatorOptions } from 'sagemaker-simulator';
import { type Clock, image, role, startSimulator } from '../../tools/testkit/simulator.ts';

export interface Connected {
  sagemaker: ConnectedSageMaker;
  simulator: Simulator;
  clock: Clock;
  /** The arguments of `onCall`, as `operation result`. */
  reported: string[];
  /** How each request was answered, in the simulator's words. */
  responses: (operation?: string) => string[];
}

/** The service's client of a simulator, with retries that wait only for the rate limit. */
export async function connect(options: SageMakerOptions = {}, simulated: SimulatorOptions = {}): Promise<Connected> {
  const { simulator, clock } = await startSimulator(simulated);
  const reported: string[] = [];
  const sagemaker = sagemakerAt(simulator.url, { onCall: (...call) => reported.push(call.join(' ')), ...options });
  const responses = (operation?: string): string[] => simulator.calls({ operation }).map(({ code }) => code);
  return { sagemaker, simulator, clock, reported, responses };
}

export function sagemakerAt(endpoint: string, options: SageMakerOptions = {}): ConnectedSageMaker {
  const client = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' } };
  const sagemaker = createSageMaker({ random: () => 0, client, ...options });
  onTestFinished(() => sagemaker.close());
  return sagemaker;
}

export const job = (trainingJobName: string, request: ShapeObject = {}): TrainingJobSpec => ({
  trainingJobName,
  ownTags: { 'autodeploy:run-id': 'run-1' },
  request: {
    RoleArn: role,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
    OutputDataConfig: { S3OutputPath: 's3://models/out/' },
    ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    ...request,
  },
});

export const variant = (modelName: string) => ({
  VariantName: 'AllTraffic',
  ModelName: modelName,
  InstanceType: 'ml.m5.large',
  InitialInstanceCount: 1,
  InitialVariantWeight: 1,
});

export const config = (name: string, modelName = 'm') => ({
  name,
  request: { ProductionVariants: [variant(modelName)] },
  tags: {},
});

export const model = (name: string) => ({
  name,
  request: { PrimaryContainer: { Image: image, ModelDataUrl: 's3://models/out/model.tar.gz' }, ExecutionRoleArn: role },
  tags: {},
});

/** An endpoint that is InService on the configuration `one`; there is a configuration `two` as well. */
export async function makeEndpoint({ sagemaker, clock }: Connected, instanceCount = 1): Promise<void> {
  await sagemaker.createModel(model('m'));
  for (const name of ['one', 'two']) {
    const ProductionVariants = [{ ...variant('m'), InitialInstanceCount: instanceCount }];
    await sagemaker.createEndpointConfig({ ...config(name), request: { ProductionVariants } });
  }
  await sagemaker.createEndpoint({ endpointName: 'live', endpointConfigName: 'one', tags: {} });
  clock.advance(60);
}

/** How a call failed. Throws what is no SageMakerError. */
export async function failure(call: Promise<unknown>): Promise<SageMakerError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof SageMakerError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}
