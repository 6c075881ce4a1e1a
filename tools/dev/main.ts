/**
 * The program of `npm start`: the whole system on this machine. Redis, the SageMaker simulator, the API and two workers, each a process
 * of its own that ends with this one. `--aws` uses real AWS in place of the simulator.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configOrExit, parseApiConfig } from '../../src/config/config.ts';
import { exitCodeBadConfig } from '../../src/config/errors.ts';
import { secretVariables } from '../../src/config/delivery.ts';
import { apiVariables, databaseVariables, sharedVariables } from '../../src/config/variables.ts';
import { startFaults } from '../../src/sagemaker/start-faults.ts';
import { readEnvironment as readSimulatorEnvironment } from 'sagemaker-simulator';
import { makePrivateFolders } from './private-folder.ts';
import { apiUrl, ownPlaces, present, serviceEnvironment, simulatorEnvironment } from './environment.ts';
import { type Options, readOptions, usage } from './options.ts';
import { fault, say } from './output.ts';
import { reservePort, freePort } from './ports.ts';
import { StartFault } from './start-error.ts';
import { runSystem } from './run-system.ts';
import type { SystemSettings } from './system.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    usage.forEach(say);
    return 0;
  }
  const options = readOptions(args, process.env, root);
  if ('errors' in options) {
    options.errors.forEach(fault);
    return exitCodeBadConfig;
  }
  try {
    const settings = await prepare(options);
    // Checked here, so that each error is printed once and not by every process.
    await configOrExit(() => parseApiConfig(settings.env), options.aws ? startFaults : undefined);
    const simulator = readSimulatorEnvironment(settings.simulatorEnv);
    if (options.aws || 'options' in simulator) return await runSystem(settings, join(options.folder, 'logs'));
    simulator.issues.forEach(fault);
    return exitCodeBadConfig;
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    fault(error.message);
    return 1;
  }
}

/** Reserves ports, makes the folders, and derives the environments of the processes. */
async function prepare({ aws, folder, ...wanted }: Options): Promise<SystemSettings> {
  const apiPort = await reservePort(wanted.apiPort, 'the API', 'PORT');
  const simulatorPort = aws ? 0 : await reservePort(wanted.simulatorPort, 'the SageMaker simulator', 'SIMULATOR_PORT');
  const own = ownPlaces(process.env, root);
  const redisPort = own.redisUrl === null ? await freePort() : null;
  // The simulator's resources and real ones must never mix: each has its own database and queue.
  const data = join(folder, aws ? 'aws' : 'simulator');
  // The files of every process that this one starts: they hold names, requests and logs.
  process.umask(0o077);
  makePrivateFolders(folder, [join(folder, 'logs'), data, join(data, 'redis')]);
  const redisUrl = own.redisUrl ?? `redis://127.0.0.1:${redisPort}`;
  const wiring = {
    aws,
    apiPort,
    simulatorPort,
    redisUrl,
    databaseUrl: own.databaseUrl ?? 'file:./autodeploy.db',
    deliveryFile: own.deliveryFile,
  };
  const secrets = own.deliveryFile === null ? [] : secretVariables(own.deliveryFile, process.env);
  const names = [...Object.keys({ ...sharedVariables, ...databaseVariables, ...apiVariables }), ...secrets];
  return {
    root,
    folder: data,
    redisPort,
    ownDatabase: own.databaseUrl !== null,
    apiUrl: apiUrl(present(process.env, 'HOST'), apiPort),
    simulatorUrl: aws ? null : `http://127.0.0.1:${simulatorPort}`,
    env: serviceEnvironment(process.env, names, wiring),
    simulatorEnv: simulatorEnvironment(process.env, { simulatorPort, apiPort }, join(data, 'sagemaker.jsonl')),
  };
}
