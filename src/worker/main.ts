/**
 * A worker process: `node src/worker/main.ts`, configured by the environment alone. It needs the database to start; Redis and
 * SageMaker may come later.
 */
import { configOrExit, exitOnUnusableDatabase, loadConfig } from '../config.ts';
import { openStore } from '../db/open-store.ts';
import { autoDeployLogger, createLogger } from '../logger.ts';
import { onCrash } from '../on-crash.ts';
import { onStop } from '../on-stop.ts';
import { createQueue } from '../queue/queue.ts';
import { createSagemaker } from '../sagemaker/sagemaker.ts';
import { startFaults } from '../sagemaker/start-faults.ts';
import { createCallCounter } from '../services/count-calls.ts';
import type { Services } from '../services/ports.ts';
import { startAdopting } from './adopt-timer.ts';
import { createHandlers } from './handlers.ts';
import { startHeartbeat } from './heartbeat.ts';
import { startReconciling } from './reconcile-timer.ts';
import { startRuntime } from './runtime.ts';

/** While it is locked. A job that waits for longer is put off, and looks anew at what it had begun. */
const databaseWaitMs = 10_000;

const config = await configOrExit(loadConfig, startFaults);
const processLog = createLogger(config, 'worker');
onCrash(processLog, 'the worker ends: nobody caught an error');

const log = autoDeployLogger(processLog);
const store = await openStore(config.databaseUrl, { waitMs: databaseWaitMs, log: processLog }).catch((error: unknown) =>
  exitOnUnusableDatabase(config.databaseUrl, error),
);
const calls = createCallCounter({ store, log, now: Date.now });
const queue = createQueue({ ...config, log });
const sagemaker = createSagemaker({ onCall: calls.count, log });
const services: Services = {
  store,
  sagemaker,
  queue,
  log,
  settings: config.services,
  now: Date.now,
  random: Math.random,
};
const runtime = startRuntime({ ...config, handlers: createHandlers(services), log });
const reconciling = startReconciling(services);
const adopting = startAdopting(services);
const stopHeartbeat = config.heartbeatFile === null ? null : startHeartbeat(config.heartbeatFile, () => runtime.isRunning());

onStop(log, async () => {
  stopHeartbeat?.();
  await Promise.all([runtime.close(), reconciling.stop(), adopting.stop()]);
  await Promise.all([calls.stop(), queue.close()]);
  sagemaker.close();
  await store.close();
});
void sagemaker.findCredentials();
log.info({ concurrency: config.workerConcurrency }, 'the worker takes jobs');
