/**
 * A worker process: `node src/worker/main.ts`, configured by the environment alone. It needs the database to start; Redis and
 * SageMaker may come later.
 */
import packageJson from '../../package.json' with { type: 'json' };
import { configOrExit, exitOnUnusableDatabase, exitWithFaults, loadConfig } from '../config/config.ts';
import { databaseTiming } from '../core/timing.ts';
import { openStore } from '../db/sqlite/open-store.ts';
import { autoDeployLogger, createLogger } from '../observability/logger.ts';
import { onCrash } from '../app/on-crash.ts';
import { onShutdownSignal } from '../app/shutdown.ts';
import { newProcessName } from '../app/process-name.ts';
import { createQueue } from '../queue/queue.ts';
import { faultOfRedis } from '../queue/start-check.ts';
import { createSageMaker } from '../sagemaker/sagemaker.ts';
import { startFaults } from '../sagemaker/start-faults.ts';
import { createCallCounter } from '../observability/sagemaker-call-counter.ts';
import type { ServiceContext } from '../services/context.ts';
import { startPresence, problemOfQueue } from '../services/system/presence.ts';
import { shareDatabase } from '../services/system/shared-database.ts';
import { createHandlers } from './handlers.ts';
import { startHeartbeat } from './heartbeat.ts';
import { startTakingJobs } from './job-taking.ts';
import { startAdopting, startReconciling } from './timers.ts';

/** While it is locked. A job that waits for longer is put off, and looks anew at what it had begun. */
const databaseWaitMs = databaseTiming.workerWaitMs;

const config = await configOrExit(loadConfig, startFaults);
const processLog = createLogger(config, 'worker');
onCrash(processLog, 'the worker ends: nobody caught an error');

const log = autoDeployLogger(processLog);
let close: () => Promise<void> = async () => {};
const end = onShutdownSignal(log, () => close());

const fault = await faultOfRedis(config);
if (fault !== null) exitWithFaults([fault]);

const store = await openStore(config.databaseUrl, { waitMs: databaseWaitMs, log: processLog }).catch((error: unknown) =>
  exitOnUnusableDatabase(config.databaseUrl, error),
);
const queue = createQueue({ ...config, log });
const self = { name: newProcessName(), service: 'worker', version: packageJson.version, startedAt: Date.now() } as const;
const shared = shareDatabase({
  store,
  peers: queue,
  log,
  now: Date.now,
  self,
  queuePrefix: config.queuePrefix,
  onProblem: (problem) => taking.hold(problem),
});
const mismatch = await shared.join();
if (mismatch !== null) exitWithFaults([mismatch]);

const calls = createCallCounter({ store, log, now: Date.now, random: Math.random });
const sagemaker = createSageMaker({ onCall: calls.count, log, client: { proxies: config.proxies } });
const ctx: ServiceContext = {
  store,
  sagemaker,
  queue,
  log,
  settings: config.serviceSettings,
  now: Date.now,
  random: Math.random,
};
const taking = startTakingJobs({
  config,
  handlers: createHandlers(ctx),
  queue,
  log,
  name: self.name,
  random: Math.random,
  onFault: (found) => exitWithFaults([found]),
  onStuck: () => end(1),
});
taking.hold(shared.objection());
const reconciling = startReconciling(ctx);
const adopting = startAdopting(ctx);
shared.watch();
const presence = startPresence({
  store,
  log,
  now: Date.now,
  self,
  problem: async () => taking.problem() ?? (await problemOfQueue(queue)) ?? sagemaker.credentialsProblem(),
});
const heartbeat = config.heartbeatFile === null ? null : startHeartbeat(config.heartbeatFile, () => taking.isHealthy());

close = async () => {
  void heartbeat?.stop();
  await Promise.all([taking.close(), reconciling.stop(), adopting.stop(), shared.stop()]);
  await Promise.all([calls.stop(), presence.stop(), queue.close()]);
  sagemaker.close();
  await store.close();
};
void sagemaker.findCredentials();
log.info({ name: self.name, version: self.version }, 'the worker has started');
