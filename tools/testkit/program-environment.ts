import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { redisUrl } from './redis.ts';

/**
 * The environment of a test's API or worker process: the shared Redis, a queue prefix and a database of its own, no SageMaker. What
 * SageMaker's companions are, CloudWatch among them, is where SageMaker is: the simulator, or nowhere, and never AWS.
 */
export function programEnvironment(more: Record<string, string> = {}): { env: Record<string, string>; databasePath: string } {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-program-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const databasePath = join(folder, 'autodeploy.db');
  const aws = more['AWS_ENDPOINT_URL_SAGEMAKER'] ?? 'http://127.0.0.1:9';
  return {
    databasePath,
    env: {
      PORT: '0',
      REDIS_URL: redisUrl(),
      QUEUE_PREFIX: `{program-${randomUUID()}}`,
      DATABASE_URL: `file:${databasePath}`,
      EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/SageMakerRole',
      TRAINING_IMAGE: 'registry/train:1',
      MODEL_OUTPUT_S3_URI: 's3://models/out/',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_SAGEMAKER: aws,
      AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING: aws,
      AWS_ENDPOINT_URL_CLOUDWATCH: aws,
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: aws,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'the-secret-access-key',
      ...more,
    },
  };
}
