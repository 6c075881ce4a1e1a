import { credentialsTrouble } from '../core/sagemaker/credentials-problem.ts';
import { SagemakerError } from '../core/errors.ts';
import type { Logger } from '../ports/logger.ts';
import type { Sagemaker } from '../ports/sagemaker.ts';
import { type Caller, createCaller } from './call.ts';
import { createCredentialsCheck, findCredentials } from './check-credentials.ts';
import { createClient, defaultLimits, type ClientOverrides, type Limits } from './client.ts';
import { Credentials } from './credentials.ts';
import { endpointConfigCalls } from './endpoint-configs.ts';
import { endpointCalls } from './endpoints.ts';
import { modelCalls } from './models.ts';
import { PlaceSeen } from './place-seen.ts';
import { tagCalls } from './tags.ts';
import { trainingJobCalls } from './training-jobs.ts';

export interface SagemakerOptions {
  /** Told once for each call, retries included: `ok`, the kind of the error, or `stopped` when the call's guard ended it. */
  onCall?: (operation: string, result: string) => void;
  /** For what becomes of the credentials. */
  log?: Logger;
  /** The endpoint that credentials are tried at; any name will do. */
  endpointName?: string;
  /** In place of what the SDK finds in the environment and AWS's files. */
  client?: ClientOverrides;
  limits?: Partial<Limits>;
  /** Uniform in [0, 1); for the jitter of retries. */
  random?: () => number;
  /** Milliseconds, from any beginning; never set back. */
  uptimeMs?: () => number;
}

export interface ConnectedSagemaker extends Sagemaker {
  /** Throws, with the reason, while the service's own AWS credentials can't be found or are refused (check-credentials.ts). */
  checkCredentials(): Promise<void>;
  /** Looks whether there are any, without a call of SageMaker's; the log tells when there are none. Never fails. */
  findCredentials(): Promise<void>;
  /** What was wrong with them at the last call; null when nothing was. */
  credentialsTrouble(): string | null;
  /** Lets go of the connections. */
  close(): void;
}

/** SageMaker's control plane through the AWS SDK. */
export function createSagemaker(options: SagemakerOptions = {}): ConnectedSagemaker {
  const limits = { ...defaultLimits, ...options.limits };
  const { maxWaitMs } = limits;
  const client = createClient(options.client ?? {}, limits);
  const { uptimeMs = () => performance.now() } = options;
  const credentials = new Credentials({ client, onChange: (trouble) => tell(options.log, trouble), uptimeMs });
  const place = new PlaceSeen(client);
  const calling = createCaller({
    client,
    credentials,
    maxWaitMs,
    onCall: options.onCall ?? (() => undefined),
    random: options.random ?? Math.random,
  });
  const call: Caller = async (...args) => {
    try {
      return await calling(...args);
    } catch (error) {
      if (error instanceof SagemakerError) place.refused(error.message);
      throw error;
    }
  };
  const endpoints = endpointCalls(call);
  return {
    place: () => place.place(),
    ...trainingJobCalls(call, place),
    ...tagCalls(call, maxWaitMs),
    ...modelCalls(call),
    ...endpointConfigCalls(call),
    ...endpoints,
    checkCredentials: createCredentialsCheck({
      credentials,
      probe: () => endpoints.describeEndpoint(options.endpointName ?? 'none', { maxWaitMs: probeWaitMs, retryThrottles: false }),
      uptimeMs,
    }),
    findCredentials: () => findCredentials(credentials),
    credentialsTrouble: () => (credentials.trouble === null ? null : credentialsTrouble(credentials.trouble.code)),
    close: () => client.destroy(),
  };
}

const probeWaitMs = 5_000;

const toMend =
  'Renew the session, the key or the role. What files, SSO, roles and metadata servers give is read again; what the environment holds needs a restart.';

function tell(log: Logger | undefined, trouble: SagemakerError | null): void {
  if (trouble === null) log?.info({}, 'the AWS credentials work again');
  else log?.error({ err: trouble, to_do: toMend }, 'the AWS credentials do not work: nothing reaches SageMaker until they do');
}
