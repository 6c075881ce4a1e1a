#!/usr/bin/env node
/**
 * The simulator as a program. The SIMULATOR_… variables set it up (environment.ts), its control routes steer it. It writes one JSON
 * object a line to stdout. SIGTERM and SIGINT end it.
 */
import { pino } from 'pino';
import { readEnvironment } from './environment.ts';
import { openLogLines } from './log-lines.ts';
import { createSimulator } from './simulator.ts';

/** EX_CONFIG of sysexits.h. */
const exitCodeForConfiguration = 78;

const environment = readEnvironment(process.env);
if ('issues' in environment) {
  for (const issue of environment.issues) process.stderr.write(`${issue}\n`);
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
  openLogLines(1),
);

try {
  const simulator = await createSimulator({ ...options, log });
  log.info(
    { url: simulator.url, control: `${simulator.url}/_control/health`, state_file: options.stateFile },
    'SageMaker simulator listens',
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'SageMaker simulator stops');
      void simulator.close();
    });
  }
} catch (error) {
  log.error({ err: error }, 'SageMaker simulator could not start');
  process.exitCode = 1;
}
