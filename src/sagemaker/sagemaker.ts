import type { Sagemaker } from '../services/ports.ts';
import { createCaller } from './call.ts';
import { createClient, defaultLimits, type ClientOverrides, type Limits } from './client.ts';
import { endpointConfigCalls } from './endpoint-configs.ts';
import { endpointCalls } from './endpoints.ts';
import { modelCalls } from './models.ts';
import { tagCalls } from './tags.ts';
import { trainingJobCalls } from './training-jobs.ts';

export interface SagemakerOptions {
  /** Told once for each call, retries included: `ok`, the kind of the error, or `stopped` when the call's guard ended it. */
  onCall?: (operation: string, result: string) => void;
  /** In place of what the SDK finds in the environment and AWS's files. */
  client?: ClientOverrides;
  limits?: Partial<Limits>;
  /** Uniform in [0, 1); for the jitter of retries. */
  random?: () => number;
}

/** SageMaker's control plane through the AWS SDK. `close` lets go of the connections. */
export function createSagemaker(options: SagemakerOptions = {}): Sagemaker & { close(): void } {
  const limits = { ...defaultLimits, ...options.limits };
  const { maxWaitMs } = limits;
  const client = createClient(options.client ?? {}, limits);
  const call = createCaller({
    client,
    maxWaitMs,
    onCall: options.onCall ?? (() => undefined),
    random: options.random ?? Math.random,
  });
  return {
    ...trainingJobCalls(call),
    ...tagCalls(call, maxWaitMs),
    ...modelCalls(call),
    ...endpointConfigCalls(call),
    ...endpointCalls(call),
    close: () => client.destroy(),
  };
}
