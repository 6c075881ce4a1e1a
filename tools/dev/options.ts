import { join, resolve } from 'node:path';
import { present } from './environment.ts';
import type { Environment } from '../../src/core/environment.ts';

/** What `npm start` was asked for. */
export interface Options {
  /** Real AWS in place of the stand-in. */
  aws: boolean;
  /** Where everything is kept that a second start goes on with, and the logs. */
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

/** Reads the arguments and the environment; what is wrong with them comes as lines for a person. */
export function readOptions(args: readonly string[], env: Environment, root: string): Options | { faults: string[] } {
  const faults = args
    .filter((arg) => arg !== '--aws')
    .map((arg) => `${arg} is no argument of \`npm start\`. There is one: \`npm start -- --aws\``);
  // npm keeps for itself what comes without the two hyphens; guessing what was meant could cost money.
  if (present(env, 'npm_config_aws') !== undefined && !args.includes('--aws'))
    faults.push('npm kept --aws for itself. To use real AWS: npm start -- --aws');
  const port = (name: string, byDefault: number): number => {
    const value = present(env, name) ?? String(byDefault);
    if (/^\d{1,5}$/.test(value) && Number(value) <= largestPort) return Number(value);
    faults.push(`${name} holds ${JSON.stringify(value)}; it may hold a whole number from 0 to ${largestPort}`);
    return 0;
  };
  const options: Options = {
    aws: args.includes('--aws'),
    folder: resolve(root, present(env, 'AUTODEPLOY_LOCAL_DIR') ?? join(root, '.local')),
    apiPort: port('PORT', defaultApiPort),
    simulatorPort: port('SIMULATOR_PORT', defaultSimulatorPort),
  };
  if (!options.aws && options.apiPort === options.simulatorPort && options.apiPort !== 0)
    faults.push(`PORT and SIMULATOR_PORT both hold ${options.apiPort}; each needs a port of its own`);
  return faults.length > 0 ? { faults } : options;
}
