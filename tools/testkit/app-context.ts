import { randomUUID } from 'node:crypto';
import { type Config, parseConfig } from '../../src/config/config.ts';
import type { ClientOverrides } from '../../src/sagemaker/client.ts';
import { redisUrl } from './redis.ts';

/** What is required, and nothing else. */
export const testEnvironment = (): Record<string, string> => ({
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/SageMakerRole',
  TRAINING_IMAGE: '123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1',
  SERVING_IMAGE: '123456789012.dkr.ecr.us-east-1.amazonaws.com/serve:1',
  MODEL_OUTPUT_S3_URI: 's3://models/out/',
});

/** A configuration of the defaults, with the shared Redis and a queue prefix of its own. */
export const testConfig = (env: Record<string, string> = {}): Config =>
  parseConfig({ REDIS_URL: redisUrl(), QUEUE_PREFIX: `{test-${randomUUID()}}`, ...testEnvironment(), ...env });

/** SageMaker at an address, with credentials in the form that AWS gives them. */
export const sagemakerAt = (endpoint: string): ClientOverrides => ({
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' },
  endpoint,
});
