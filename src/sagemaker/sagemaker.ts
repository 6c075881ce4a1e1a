import { credentialsProblem } from '../core/sagemaker/credentials-problem.ts';
import { SageMakerError } from '../core/errors.ts';
import type { CallBudget } from '../ports/call-budget.ts';
import type { Alarms } from '../ports/alarms.ts';
import type { Invocations } from '../ports/invocations.ts';
import type { Logger } from '../ports/logger.ts';
import type { SageMaker } from '../ports/sagemaker.ts';
import { autoscalingCalls, type AutoscalingCaller } from './autoscaling.ts';
import { type Caller, createCaller } from './call.ts';
import { createCredentialsCheck, findCredentials } from './check-credentials.ts';
import { createAutoscalingClient, createClient, defaultLimits, type ClientOverrides, type Limits } from './client.ts';
import { Credentials } from './credentials.ts';
import { endpointConfigCalls } from './endpoint-configs.ts';
import { endpointCalls } from './endpoints.ts';
import { createFurtherServices } from './further-services.ts';
import { limiters, startBudget } from './limiters.ts';
import { modelCalls } from './models.ts';
import { PlaceSeen } from './place-seen.ts';
import { searchCalls } from './search.ts';
import { tagCalls } from './tags.ts';
import { trainingJobCalls } from './training-jobs.ts';

export interface SageMakerOptions {
  /** Called once for each call, retries included (call.ts). */
  onCall?: (operation: string, result: string) => void;
  /** Of all processes; without one each process goes by its own throttles. */
  budget?: CallBudget;
  /** For what becomes of the credentials. */
  log?: Logger;
  /** The endpoint that credentials are tried at; any name will do. */
  endpointName?: string;
  /** In place of what the SDK finds in the environment and AWS's files. */
  client?: ClientOverrides;
  limits?: Partial<Limits>;
  /** Uniform in [0, 1); for the jitter of retries. */
  random?: () => number;
  /** To which throttles lower the rate of an operation, a second; by default the SDK's, one in two seconds. */
  leastRate?: number;
  /** Milliseconds, from any beginning; never set back. */
  uptimeMs?: () => number;
}

export interface ConnectedSageMaker extends SageMaker {
  /** CloudWatch, whose client is made for the first call. */
  alarms: Alarms;
  /** SageMaker's runtime, likewise. */
  invocations: Invocations;
  /** Throws, with the reason, while the service's own AWS credentials can't be found or are refused (check-credentials.ts). */
  checkCredentials(): Promise<void>;
  /** Looks whether there are any, without a call of SageMaker's; the log tells when there are none. Never fails. */
  findCredentials(): Promise<void>;
  /** What was wrong with them at the last call; null when nothing was. */
  credentialsProblem(): string | null;
  /** Lets go of the connections. */
  close(): void;
}

/** SageMaker's control plane through the AWS SDK. */
export function createSageMaker(options: SageMakerOptions = {}): ConnectedSageMaker {
  const limits = { ...defaultLimits, ...options.limits };
  const client = createClient(options.client ?? {}, limits);
  const { uptimeMs = () => performance.now() } = options;
  const credentials = new Credentials({ client, onChange: (problem) => report(options.log, problem), uptimeMs });
  const place = new PlaceSeen(client);
  const autoscaling = createAutoscalingClient(options.client ?? {}, limits, client);
  const callerOptions = {
    client,
    credentials,
    maxWaitMs: limits.callMs,
    limiterFor: limiters(options.budget, options.leastRate),
    onCall: options.onCall ?? (() => undefined),
    random: options.random ?? Math.random,
  };
  const calling = createCaller(callerOptions);
  const call: Caller = async (...args) => {
    try {
      return await calling(...args);
    } catch (error) {
      if (error instanceof SageMakerError) place.refused(error.message);
      throw error;
    }
  };
  // What other services say of the credentials is no news of SageMaker's: they may be at different addresses.
  const elsewhere = { ...callerOptions, credentials: new Credentials({ client, onChange: () => {}, uptimeMs }) };
  // Both clients are of one kind; their types differ by their operations.
  const callAutoscaling: unknown = createCaller({
    ...elsewhere,
    service: 'Application Auto Scaling',
    client: Object(autoscaling) as typeof client,
  });
  const further = createFurtherServices({ overrides: options.client ?? {}, limits, main: client, callerOptions: elsewhere });
  const endpoints = endpointCalls(call);
  return {
    place: () => place.place(),
    ...startBudget(options.budget),
    ...trainingJobCalls(call, place),
    ...searchCalls(call),
    ...tagCalls(call, limits.callMs),
    ...modelCalls(call),
    ...endpointConfigCalls(call),
    ...endpoints,
    ...autoscalingCalls(callAutoscaling as AutoscalingCaller),
    alarms: further.alarms,
    invocations: further.invocations,
    checkCredentials: createCredentialsCheck({
      credentials,
      probe: () => endpoints.describeEndpoint(options.endpointName ?? 'none', { maxWaitMs: probeWaitMs, retryThrottles: false }),
      uptimeMs,
    }),
    findCredentials: () => findCredentials(credentials),
    credentialsProblem: () => (credentials.problem === null ? null : credentialsProblem(credentials.problem.code)),
    close() {
      client.destroy();
      autoscaling.destroy();
      further.close();
    },
  };
}

const probeWaitMs = 5_000;

const restoreConnection =
  'Renew the session, the key or the role. What files, SSO, roles and metadata servers give is read again; what the environment holds needs a restart.';

function report(log: Logger | undefined, problem: SageMakerError | null): void {
  if (problem === null) log?.info({ event: 'aws.credentials_recovered' }, 'AWS credentials accepted again');
  else log?.error({ event: 'aws.credentials_failed', err: problem, to_do: restoreConnection }, 'AWS credentials refused');
}
