import type { Call } from '../call.ts';
import { validationError } from '../aws-error.ts';
import type { EndpointConfigRequest, ProductionVariant, ServerlessConfig } from '../state/requests.ts';
import { listContainers, requireModel } from './model.ts';

const memoryStepMB = 1024;

/**
 * What a serverless variant excludes ("Feature exclusions" of Serverless Inference, and the API model's text on ServerlessConfig). No
 * transcript of SageMaker's texts was found: the wordings are made up.
 * @throws {AwsError} ValidationException.
 */
export function requireServerless(request: EndpointConfigRequest, call: Call): void {
  const serverless = request.ProductionVariants.filter(({ ServerlessConfig: config }) => config !== undefined);
  if (serverless.length === 0) return;
  if (request.ProductionVariants.length > 1) throw unsupported('Several production variants are');
  if (request.DataCaptureConfig && request.DataCaptureConfig.EnableCapture !== false) throw unsupported('DataCaptureConfig is');
  if (request.AsyncInferenceConfig) throw unsupported('AsyncInferenceConfig is');
  for (const variant of serverless) {
    requireNoInstances(variant);
    if (variant.ServerlessConfig) requireSizes(variant.ServerlessConfig);
    if (variant.ModelName !== undefined) requireServerlessModel(variant.ModelName, call);
  }
}

const unsupported = (what: string): Error => validationError(`${what} not supported with ServerlessConfig.`);

function requireNoInstances({ InstanceType, InitialInstanceCount, InstancePools }: ProductionVariant): void {
  if (InstanceType !== undefined) throw unsupported('InstanceType is');
  if (InitialInstanceCount !== undefined) throw unsupported('InitialInstanceCount is');
  if (InstancePools !== undefined) throw unsupported('InstancePools are');
}

function requireSizes({ MemorySizeInMB, MaxConcurrency, ProvisionedConcurrency = 0 }: ServerlessConfig): void {
  if (MemorySizeInMB % memoryStepMB !== 0) {
    throw validationError(`MemorySizeInMB ${MemorySizeInMB} must be in increments of ${memoryStepMB} MB.`);
  }
  if (ProvisionedConcurrency > MaxConcurrency) {
    throw validationError('ProvisionedConcurrency must be less than or equal to MaxConcurrency.');
  }
}

function requireServerlessModel(modelName: string, call: Call): void {
  const { request } = requireModel(call, modelName);
  if (request.VpcConfig) throw unsupported('A model with VpcConfig is');
  if (request.EnableNetworkIsolation === true) throw unsupported('A model with EnableNetworkIsolation is');
  const containers = listContainers(request);
  if (containers.some(({ Mode }) => Mode === 'MultiModel')) throw unsupported('A model in MultiModel mode is');
  if (containers.some(({ ModelDataSource }) => ModelDataSource)) throw unsupported('A model with ModelDataSource is');
}
