/**
 * The environments of the processes of `npm start`. Without `--aws` they consist of listed variables, never of a copy of the shell's: one
 * AWS_… variable, or ~/.aws, would be enough to reach real AWS.
 */
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
  // A call to another service than SageMaker fails: no program listens there.
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
const simulatorDefaults = { SIMULATOR_TRAINING_SECONDS: '20', SIMULATOR_ENDPOINT_SECONDS: '8' };

const withDefaults = (env: NodeJS.ProcessEnv, defaults: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...env,
  ...Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, present(env, name) ?? value])),
});

export interface Wiring {
  aws: boolean;
  apiPort: number;
  simulatorPort: number;
  redisPort: number;
  /** The database file, relative to the folder in which the processes run: an address may hold no spaces. */
  databaseUrl: string;
}

/** For the API and the workers. `names` are the variables of the service that an operator may set. */
export function serviceEnvironment(env: Environment, names: readonly string[], wiring: Wiring): NodeJS.ProcessEnv {
  const fixed = {
    HOST: '127.0.0.1',
    PORT: String(wiring.apiPort),
    REDIS_URL: `redis://127.0.0.1:${wiring.redisPort}`,
    DATABASE_URL: wiring.databaseUrl,
  };
  if (wiring.aws) return { ...env, ...fixed };
  return {
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
  const [apiKey] = (present(env, 'API_KEYS') ?? '').split(',').map((key) => key.trim());
  return {
    SIMULATOR_STATE_FILE: stateFile,
    SIMULATOR_EVENTS_URL: `http://127.0.0.1:${apiPort}/events`,
    ...(apiKey ? { SIMULATOR_EVENTS_API_KEY: apiKey } : {}),
    ...withDefaults({ ...machineEnvironment(env), ...pick(env, names) }, simulatorDefaults),
    SIMULATOR_HOST: '127.0.0.1',
    SIMULATOR_PORT: String(port),
  };
}
