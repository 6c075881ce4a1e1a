/**
 * What `npm start` runs: the whole system on this machine (contract). Redis, a SageMaker stand-in, the API and two workers, each a
 * process of its own that ends with this one. `--aws` for real AWS in place of the stand-in.
 */
import type { WriteStream } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configOrExit, parseApiConfig } from '../config.ts';
import { apiVariables, sharedVariables } from '../config/variables.ts';
import { readEnvironment as readSimulatorEnvironment } from '../simulator/environment.ts';
import { serviceEnvironment, simulatorEnvironment } from './environment.ts';
import { openLogFile } from './log-file.ts';
import { type Options, readOptions, usage } from './options.ts';
import { claimPort, freePort, PortError } from './ports.ts';
import { StartError } from './service.ts';
import { onStop } from './stop-signals.ts';
import { storyLine, tell } from './story.ts';
import { System } from './system.ts';
import { welcome } from './welcome.ts';

const exitCodeBadConfig = 78;
const root = fileURLToPath(new URL('../..', import.meta.url));

// The terminal may be gone before this process is.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const fault = (line: string): void => void process.stderr.write(`${line}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    usage.forEach(say);
    return 0;
  }
  const options = readOptions(args, process.env, root);
  if ('faults' in options) {
    options.faults.forEach(fault);
    return exitCodeBadConfig;
  }
  try {
    return await run(options);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    fault(error.message);
    return 1;
  }
}

async function run(options: Options): Promise<number> {
  const { aws, folder } = options;
  const apiPort = await claimPort(options.apiPort, 'the API', 'PORT');
  const simulatorPort = aws ? 0 : await claimPort(options.simulatorPort, 'the SageMaker stand-in', 'SIMULATOR_PORT');
  const redisPort = await freePort();
  // What the stand-in made up and what is real must never meet: each has its own database and queue.
  const data = join(folder, aws ? 'aws' : 'stand-in');
  mkdirSync(data, { recursive: true });

  const wiring = { aws, apiPort, simulatorPort, redisPort, databaseUrl: 'file:./autodeploy.db' };
  const env = serviceEnvironment(process.env, Object.keys({ ...sharedVariables, ...apiVariables }), wiring);
  const simulatorEnv = simulatorEnvironment(process.env, simulatorPort, join(data, 'sagemaker.jsonl'));
  // Here, so that each fault is told once and not by every process.
  configOrExit(() => parseApiConfig(env));
  const simulatorSettings = readSimulatorEnvironment(simulatorEnv);
  if (!aws && 'faults' in simulatorSettings) {
    simulatorSettings.faults.forEach(fault);
    return exitCodeBadConfig;
  }

  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const simulatorUrl = aws ? null : `http://127.0.0.1:${simulatorPort}`;
  const logs = join(folder, 'logs');
  const files = new Map<string, WriteStream>();
  const system = new System(
    { root, folder: data, redisPort, apiUrl, simulatorUrl, env, simulatorEnv },
    {
      line: (service, line) => {
        const file = files.get(service) ?? openLogFile(logs, service);
        files.set(service, file);
        file.write(`${line}\n`);
        const story = tell(service, line);
        if (story !== null) say(story);
      },
      say: (service, message) => say(storyLine(service, [message])),
    },
  );

  const stopped = onStop({
    again: () => {
      system.kill();
      process.exit(130);
    },
  });
  const started = system.start().then(() => {
    const addresses = { api: apiUrl, simulator: simulatorUrl, redis: `redis://127.0.0.1:${redisPort}`, logs };
    if (!stopped.isAsked()) welcome(addresses, process.env).forEach(say);
    return stopped.asked.then(() => null);
  });
  const failure = await Promise.race([stopped.asked.then(() => null), started.catch((error: unknown) => error)]);
  if (failure === null) say('stopping; Ctrl-C again to kill');
  const killed = await system.stop();
  await started.catch(() => {});
  for (const name of killed) fault(`${name} did not end in time and was killed`);
  if (failure instanceof StartError) {
    for (const line of failure.output) fault(`  ${line}`);
    fault(`${failure.message}; its log is in ${logs}`);
    return 1;
  }
  if (failure !== null) throw failure;
  say('stopped');
  return 0;
}
