import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Alarms } from '../ports/alarms.ts';
import type { Invocations } from '../ports/invocations.ts';
import { alarmCalls } from './alarms.ts';
import type { CallerOptions } from './call.ts';
import { type ClientOverrides, type Limits, sending } from './client.ts';
import { invocationCalls, longestInvocationMs } from './invocations.ts';
import { lazyService } from './lazy-service.ts';

interface FurtherOptions {
  overrides: ClientOverrides;
  limits: Limits;
  main: SageMakerClient;
  callerOptions: Omit<CallerOptions, 'client'>;
}

export interface FurtherServices {
  alarms: Alarms;
  invocations: Invocations;
  /** Lets go of the connections. */
  close(): void;
}

/**
 * CloudWatch (`AWS_ENDPOINT_URL_CLOUDWATCH`) and SageMaker's runtime (`AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME`), with the credentials and
 * the region of the main client. An invocation is sent once, because its caller knows whether a repeat makes sense.
 */
export function createFurtherServices({ overrides, limits, main, callerOptions }: FurtherOptions): FurtherServices {
  const { proxies = {}, endpoint } = overrides;
  const { credentials, region } = main.config;
  const cloudWatch = lazyService({
    load: () => import('@aws-sdk/client-cloudwatch'),
    createClient: ({ CloudWatchClient }) => new CloudWatchClient({ ...sending(proxies, limits), endpoint, credentials, region }),
    callerOptions: { ...callerOptions, service: 'CloudWatch' },
  });
  const runtimeLimits = { ...limits, attemptMs: longestInvocationMs };
  const runtime = lazyService({
    load: () => import('@aws-sdk/client-sagemaker-runtime'),
    createClient: ({ SageMakerRuntimeClient }) =>
      new SageMakerRuntimeClient({ ...sending(proxies, runtimeLimits), endpoint, credentials, region }),
    callerOptions: { ...callerOptions, service: "SageMaker's runtime", maxAttempts: 1 },
  });
  return {
    alarms: alarmCalls(cloudWatch.call),
    invocations: invocationCalls(runtime.call),
    close() {
      cloudWatch.close();
      runtime.close();
    },
  };
}
