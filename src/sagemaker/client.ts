import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { SageMakerClient, type SageMakerClientConfig } from '@aws-sdk/client-sagemaker';
import { callTiming } from '../core/timing.ts';
import type { Proxies } from '../config/config.ts';

/** Where SageMaker is and who asks, where it is not for the SDK to find out. */
export interface ClientOverrides extends Pick<SageMakerClientConfig, 'region' | 'endpoint' | 'credentials'> {
  /** None by default. */
  proxies?: Proxies;
}

/** Times as in callTiming. */
export interface Limits {
  connectMs: number;
  attemptMs: number;
  callMs: number;
  maxSockets: number;
}

export const defaultLimits: Limits = { ...callTiming, maxSockets: 200 };

/**
 * The SDK's client. Region, endpoint (`AWS_ENDPOINT_URL_SAGEMAKER`) and credentials are found by the SDK's own rules. It does not
 * retry: call.ts does, and what `AWS_RETRY_MODE` or `AWS_MAX_ATTEMPTS` say does not multiply it.
 */
export function createClient({ proxies = {}, ...overrides }: ClientOverrides, limits: Limits): SageMakerClient {
  const client = new SageMakerClient({ ...overrides, ...sending(proxies, limits) });
  if (Object.keys(proxies).length > 0 && overrides.credentials === undefined) findCredentialsThroughProxies(client);
  return client;
}

/**
 * The same for Application Auto Scaling (`AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING`), which takes the credentials and the region of the
 * other client.
 */
export function createAutoscalingClient(
  { proxies = {}, endpoint }: ClientOverrides,
  limits: Limits,
  { config: { credentials, region } }: SageMakerClient,
): ApplicationAutoScalingClient {
  return new ApplicationAutoScalingClient({ ...sending(proxies, limits), endpoint, credentials, region });
}

/** How requests leave the process. */
export function sending(proxies: Proxies, limits: Limits) {
  const agent = { keepAlive: true, maxSockets: limits.maxSockets, proxyEnv: { ...proxies } };
  return {
    maxAttempts: 1,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.attemptMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

/**
 * The SDK asks STS through the same agents by itself, and IAM Identity Center (SSO) only when it is configured to. Metadata servers are
 * never asked through a proxy: they are at the machine itself.
 */
function findCredentialsThroughProxies({ config }: SageMakerClient): void {
  const { requestHandler } = config;
  config.credentials = config.credentialDefaultProvider({
    ...config,
    parentClientConfig: config,
    clientConfig: { requestHandler },
  });
}
