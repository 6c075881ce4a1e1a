import { join, resolve } from 'node:path';
import { present } from './environment.ts';
import type { Environment } from '../../src/core/environment.ts';

/** The options of `npm start`. */
export interface Options {
  /** Whether to use real AWS in place of the simulator. */
  aws: boolean;
  /** The folder of the logs, and of the state from which the next start continues. */
  folder: string;
  /** 0 for any free one. */
  apiPort: number;
  simulatorPort: number;
}

const defaultApiPort = 8006;
const defaultSimulatorPort = 8007;
const largestPort = 65_535;

export const usage = [
  'npm start            the whole system on this machine, with a simulator in place of SageMaker',
  'npm start -- --aws   the same with real AWS: real training jobs, which cost money',
];

/** Reads the arguments and the environment. @returns one line for each error in them. */
export function readOptions(args: readonly string[], env: Environment, root: string): Options | { errors: string[] } {
  const errors = args
    .filter((arg) => arg !== '--aws')
    .map((arg) => `${arg} is not an argument of \`npm start\`. The only one: \`npm start -- --aws\``);
  // npm keeps an argument that comes without the two hyphens; a guess could cost money.
  if (present(env, 'npm_config_aws') !== undefined && !args.includes('--aws'))
    errors.push('npm kept --aws for itself. To use real AWS: npm start -- --aws');
  const port = (name: string, byDefault: number): number => {
    const value = present(env, name) ?? String(byDefault);
    if (/^\d{1,5}$/.test(value) && Number(value) <= largestPort) return Number(value);
    errors.push(`${name} holds ${JSON.stringify(value)}; it must be an integer from 0 to ${largestPort}`);
    return 0;
  };
  for (const name of ['DATABASE_URL', 'REDIS_URL'])
    if (env[name]?.trim() === '') errors.push(`${name} is empty; it must hold an address, or not be set`);
  const options: Options = {
    aws: args.includes('--aws'),
    folder: resolve(root, present(env, 'AUTODEPLOY_LOCAL_DIR') ?? join(root, '.local')),
    apiPort: port('PORT', defaultApiPort),
    simulatorPort: port('SIMULATOR_PORT', defaultSimulatorPort),
  };
  if (!options.aws && options.apiPort === options.simulatorPort && options.apiPort !== 0)
    errors.push(`PORT and SIMULATOR_PORT both hold ${options.apiPort}; each needs a port of its own`);
  return errors.length > 0 ? { errors } : options;
}
