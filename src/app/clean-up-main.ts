/**
 * `npm run clean-up`: one pass of what workers do by themselves: deletes models and endpoint configurations that the retention of
 * DELIVERY_FILE does not keep. With `--dry-run` it deletes nothing, and prints what it would do and why each one that is kept is kept. Log
 * lines go to stderr. Exit code 78 with a line for each fault of the configuration, 2 for wrong arguments, and 1 where SageMaker or the
 * database does not respond.
 */
import { parseArgs } from 'node:util';
import { configOrExit, exitOnUnusableDatabase, loadConfig } from '../config/config.ts';
import { SageMakerError, StoreUnavailableError } from '../core/errors.ts';
import { withAdvice } from '../core/sagemaker/missing-permission.ts';
import { createLogger } from '../observability/logger.ts';
import { startFaults } from '../sagemaker/start-faults.ts';
import type { ServiceContext } from '../services/context.ts';
import { cleanUp } from '../services/retention/clean-up.ts';
import { hasRetention } from '../services/retention/plan-clean-up.ts';
import { previewCleanUp, type DeploymentPreview } from '../services/retention/preview-clean-up.ts';
import { createContext } from './context.ts';

const isDryRun = dryRunOrExit();
const config = await configOrExit(loadConfig, startFaults);
const log = createLogger(config, 'worker', { write: (line: string) => process.stderr.write(line) });
const context = await createContext(config, { service: 'worker', log }).catch((error: unknown) =>
  exitOnUnusableDatabase(config.databaseUrl, error),
);
try {
  await (isDryRun ? show(context.ctx) : carryOut(context.ctx));
} catch (error) {
  if (!(error instanceof SageMakerError) && !(error instanceof StoreUnavailableError)) throw error;
  fail(error);
} finally {
  await context.close();
}

async function show(ctx: ServiceContext): Promise<void> {
  if (!hasRetention(ctx)) return print('The delivery file has no retention: nothing is deleted.');
  for await (const { endpointName, deployments } of previewCleanUp(ctx)) {
    print(`${endpointName}${deployments === null ? ': no retention, nothing is deleted' : ''}`);
    for (const one of deployments ?? []) print(lineOf(one));
  }
}

function lineOf({ deployment: { trainingJobName, deploymentId }, kept, would }: DeploymentPreview): string {
  return `  ${trainingJobName} (${deploymentId}): ${kept === null ? would.join('; ') : `keep, since ${kept}`}`;
}

async function carryOut(ctx: ServiceContext): Promise<void> {
  const pass = await cleanUp(ctx);
  if (pass === null) return print('Another process is cleaning up.');
  print(`${pass.cleanedUp} deployments cleaned up.`);
  if (pass.error !== null) fail(pass.error);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(error: Error): void {
  const operation = error instanceof SageMakerError ? `${error.operation}: ` : '';
  process.stderr.write(`clean-up ended early: ${operation}${withAdvice(error.message)}\n`);
  process.exitCode = 1;
}

function dryRunOrExit(): boolean {
  try {
    return parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } }).values['dry-run'];
  } catch {
    process.stderr.write('usage: npm run clean-up -- [--dry-run]\n');
    process.exit(2);
  }
}
