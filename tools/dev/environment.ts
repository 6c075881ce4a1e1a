/**
 * The environments of the processes of `npm start`. Without `--aws` they consist of listed variables, never of a copy of the shell's: one
 * AWS_… variable, or ~/.aws, would be enough to reach real AWS.
 */
import { resolve } from 'node:path';
import { readApiKeys } from '../../src/config/api-keys.ts';
import { includesRole } from '../../src/core/access/role.ts';
import type { Environment } from '../../src/core/environment.ts';

/** The value of a variable; an empty one counts as none. */
export function present(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** What every program needs to run. */
const machine = ['PATH', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL'];

export const pick = (env: Environment, names: readonly string[]): NodeJS.ProcessEnv =>
  Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));

export const machineEnvironment = (env: Environment): NodeJS.ProcessEnv => pick(env, machine);

/** Leads the SDK to the simulator (or a proxy before it) alone: it reads no other endpoint, profile or credentials from files or the network. */
export const simulatorAws = (simulatorPort: number) => ({
  AWS_ENDPOINT_URL_SAGEMAKER: `http://127.0.0.1:${simulatorPort}`,
  AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING: `http://127.0.0.1:${simulatorPort}`,
  AWS_ENDPOINT_URL_CLOUDWATCH: `http://127.0.0.1:${simulatorPort}`,
  AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: `http://127.0.0.1:${simulatorPort}`,
  // A call to a service that is not simulated fails: no program listens there.
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'simulator',
  AWS_SECRET_ACCESS_KEY: 'simulator',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** The required settings, and intervals short enough to watch. */
const serviceDefaults = {
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/simulator',
  TRAINING_IMAGE: '123456789012.dkr.ecr.us-east-1.amazonaws.com/sentiment:latest',
  MODEL_OUTPUT_S3_URI: 's3://simulator/models',
  POLL_INTERVAL_SECONDS: '2',
  ENDPOINT_POLL_SECONDS: '2',
  RECONCILE_INTERVAL_SECONDS: '5',
};

/** Long enough to see every phase, short enough to wait for it. */
const simulatorDefaults = {
  SIMULATOR_TRAINING_SECONDS: '20',
  SIMULATOR_ENDPOINT_SECONDS: '8',
  // A bake of ten minutes takes half a minute.
  SIMULATOR_WAIT_SCALE: '0.05',
};

const withDefaults = (env: NodeJS.ProcessEnv, defaults: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...env,
  ...Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, present(env, name) ?? value])),
});

export interface Wiring {
  aws: boolean;
  apiPort: number;
  simulatorPort: number;
  /** Of the operator's, or of the Redis that is started. */
  redisUrl: string;
  /** A file relative to the folder in which the processes run, since an address may hold no spaces; or the operator's. */
  databaseUrl: string;
  /** null for none. */
  deliveryFile?: string | null;
}

/** The operator's own Redis, database and delivery file, where the environment has them; null for those that `npm start` makes. */
export function ownPlaces(
  env: Environment,
  root: string,
): { redisUrl: string | null; databaseUrl: string | null; deliveryFile: string | null } {
  const databaseUrl = present(env, 'DATABASE_URL') ?? null;
  const deliveryFile = present(env, 'DELIVERY_FILE') ?? null;
  return {
    redisUrl: present(env, 'REDIS_URL') ?? null,
    // The processes run in another folder than the one that the operator is in.
    databaseUrl: databaseUrl?.replace(/^file:(?!\/)(?=.)/, () => `file:${root}/`) ?? null,
    deliveryFile: deliveryFile === null ? null : resolve(root, deliveryFile),
  };
}

/** Where this machine reaches the API; one that listens on all addresses, by the loopback address. */
export function apiUrl(host = '127.0.0.1', port: number): string {
  const reached = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

/** For the API and the workers. `names` are the variables of the service that an operator may set. */
export function serviceEnvironment(env: Environment, names: readonly string[], wiring: Wiring): NodeJS.ProcessEnv {
  const fixed = {
    HOST: present(env, 'HOST') ?? '127.0.0.1',
    PORT: String(wiring.apiPort),
    REDIS_URL: wiring.redisUrl,
    DATABASE_URL: wiring.databaseUrl,
    ...(wiring.deliveryFile == null ? {} : { DELIVERY_FILE: wiring.deliveryFile }),
  };
  if (wiring.aws) return { ...env, ...fixed };
  const project = present(env, 'PROJECT_NAME') ?? 'ml-sentiment';
  return {
    // In the operator's Redis the jobs of simulated trainings never meet those of real ones.
    ...(present(env, 'REDIS_URL') === undefined ? {} : { QUEUE_PREFIX: `{autodeploy-simulator-${project}}` }),
    ...withDefaults({ ...machineEnvironment(env), ...pick(env, names) }, serviceDefaults),
    ...simulatorAws(wiring.simulatorPort),
    ...fixed,
  };
}

/** For the simulator: the SIMULATOR_… variables, and nothing of AWS. It posts state changes to the API, as EventBridge does. */
export function simulatorEnvironment(
  env: Environment,
  { simulatorPort: port, apiPort }: Pick<Wiring, 'simulatorPort' | 'apiPort'>,
  stateFile: string,
): NodeJS.ProcessEnv {
  const names = Object.keys(env).filter((name) => name.startsWith('SIMULATOR_'));
  const apiKeys = readApiKeys(present(env, 'API_KEYS') ?? '');
  // The API itself reports a faulty one.
  const apiKey = 'keys' in apiKeys ? apiKeys.keys.find(({ role }) => includesRole(role, 'operate'))?.key : undefined;
  return {
    SIMULATOR_STATE_FILE: stateFile,
    SIMULATOR_EVENTS_URL: `${apiUrl(present(env, 'HOST'), apiPort)}/events`,
    ...(apiKey ? { SIMULATOR_EVENTS_API_KEY: apiKey } : {}),
    ...withDefaults({ ...machineEnvironment(env), ...pick(env, names) }, simulatorDefaults),
    SIMULATOR_HOST: '127.0.0.1',
    SIMULATOR_PORT: String(port),
  };
}
