import type { TrainingRequest } from '../../src/core/training/training-run.ts';
import { image, outputS3Uri, roleArn } from './direct-sdk.ts';

/** What the service records of a bootstrap with these hyperparameters: the counterpart of `trainingJob` (direct-sdk.ts). */
export const trainingRequest = (hyperparameters: Record<string, string> = {}): TrainingRequest => ({
  trainingImage: image,
  roleArn,
  instanceType: 'ml.m5.xlarge',
  instanceCount: 1,
  volumeGb: 30,
  maxRuntimeSeconds: 86_400,
  inputS3Uri: null,
  outputS3Uri,
  hyperparameters,
  environment: {},
  tags: {},
});
