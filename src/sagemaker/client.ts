import { SageMakerClient, type SageMakerClientConfig } from '@aws-sdk/client-sagemaker';

/** Where SageMaker is and who asks, where it is not for the SDK to find out. */
export type ClientOverrides = Pick<SageMakerClientConfig, 'region' | 'endpoint' | 'credentials'>;

export interface Limits {
  connectionTimeoutMs: number;
  /** For one attempt, from its start to the first byte of the answer. */
  requestTimeoutMs: number;
  /** For one call in all, unless the call says otherwise. */
  maxWaitMs: number;
  maxSockets: number;
}

export const defaultLimits: Limits = {
  connectionTimeoutMs: 3_000,
  requestTimeoutMs: 10_000,
  maxWaitMs: 20_000,
  maxSockets: 200,
};

/**
 * The SDK's client. Region, endpoint (`AWS_ENDPOINT_URL_SAGEMAKER`) and credentials are found by the SDK's own rules. It does not
 * retry: call.ts does, and what `AWS_RETRY_MODE` or `AWS_MAX_ATTEMPTS` say does not multiply it.
 */
export function createClient(overrides: ClientOverrides, limits: Limits): SageMakerClient {
  const agent = { keepAlive: true, maxSockets: limits.maxSockets };
  return new SageMakerClient({
    ...overrides,
    maxAttempts: 1,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: limits.connectionTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}
