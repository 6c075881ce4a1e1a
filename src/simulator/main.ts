/**
 * The SageMaker stand-in as a program: `node src/simulator/main.ts`. It is set up by the SIMULATOR_… variables
 * (environment.ts) and steered by its control routes; one JSON object a line on stdout. SIGTERM and SIGINT end it.
 */
import { pino } from 'pino';
import { openLineWriter } from '../line-writer.ts';
import { readEnvironment } from './environment.ts';
import { createSimulator } from './simulator.ts';

const exitCodeForConfiguration = 78;

const environment = readEnvironment(process.env);
if ('faults' in environment) {
  for (const fault of environment.faults) process.stderr.write(`${fault}\n`);
  process.exit(exitCodeForConfiguration);
}

const { logLevel, ...options } = environment.options;
const log = pino(
  {
    level: logLevel,
    base: { service: 'simulator', pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  },
  openLineWriter(1),
);

try {
  const simulator = await createSimulator({ ...options, log });
  log.info(
    { url: simulator.url, control: `${simulator.url}/_control/health`, state_file: options.stateFile },
    'SageMaker stand-in listens',
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'SageMaker stand-in ends');
      void simulator.close();
    });
  }
} catch (error) {
  log.error({ err: error }, 'SageMaker stand-in could not start');
  process.exitCode = 1;
}
