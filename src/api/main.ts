/**
 * An API process: `node src/api/main.ts`, configured by the environment alone. It needs the database to start; Redis and
 * SageMaker may come later.
 */
import packageJson from '../../package.json' with { type: 'json' };
import { configOrExit, exitOnUnusableDatabase, exitWithFaults, loadApiConfig } from '../config/config.ts';
import { errorMessage } from '../core/errors.ts';
import { databaseTiming, shutdownTiming } from '../core/timing.ts';
import { openStore } from '../db/sqlite/open-store.ts';
import { autoDeployLogger, createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { onCrash } from '../app/on-crash.ts';
import { onShutdownSignal } from '../app/shutdown.ts';
import { newProcessName } from '../app/process-name.ts';
import { createQueue } from '../queue/queue.ts';
import { faultOfRedis } from '../queue/start-check.ts';
import { createSageMaker } from '../sagemaker/sagemaker.ts';
import { startFaults } from '../sagemaker/start-faults.ts';
import { createCallCounter } from '../observability/sagemaker-call-counter.ts';
import type { ServiceContext } from '../services/context.ts';
import { readStatus } from '../services/system/read-status.ts';
import { watchWorkers } from '../services/system/watch-workers.ts';
import { startPresence, problemOfQueue } from '../services/system/presence.ts';
import { shareDatabase } from '../services/system/shared-database.ts';
import { createApp } from './app.ts';
import { startServer } from './server.ts';

/** For active requests; POST /bootstrap takes up to 10 s while SageMaker is slow, and is safe to cut (services/training/create-run.ts). */
const graceMs = shutdownTiming.cutRequestsMs;
/** Shorter keys work, and cause a warning. */
const goodKeyLength = 16;
/** While it is locked; then the API returns 503. EventBridge times out after 5 s. */
const databaseWaitMs = databaseTiming.apiWaitMs;

const config = await configOrExit(loadApiConfig, startFaults);
const { api } = config;
const log = createLogger(config, 'api');
onCrash(log, 'uncaught error; the process ends');

let close: () => Promise<void> = async () => {};
onShutdownSignal(log, () => close());

const fault = await faultOfRedis(config);
if (fault !== null) exitWithFaults([fault]);

const store = await openStore(config.databaseUrl, { waitMs: databaseWaitMs, log }).catch((error: unknown) =>
  exitOnUnusableDatabase(config.databaseUrl, error),
);
const serviceLog = autoDeployLogger(log);
const calls = createCallCounter({ store, log: serviceLog, now: Date.now, random: Math.random });
const queue = createQueue({ ...config, log });
const self = { name: newProcessName(), service: 'api', version: packageJson.version, startedAt: Date.now() } as const;
const shared = shareDatabase({ store, peers: queue, log, now: Date.now, self, queuePrefix: config.queuePrefix });
const mismatch = await shared.join();
if (mismatch !== null) exitWithFaults([mismatch]);
const sagemaker = createSageMaker({
  onCall: calls.count,
  log: serviceLog,
  endpointName: config.serviceSettings.endpointName,
  client: { proxies: config.proxies },
});
const ctx: ServiceContext = {
  store,
  sagemaker,
  queue,
  log: serviceLog,
  settings: config.serviceSettings,
  now: Date.now,
  random: Math.random,
};
const metrics = createMetrics({
  store,
  queueDepths: () => queue.depths(),
  probeRedis: () => queue.probe(),
  now: Date.now,
  version: packageJson.version,
});
const app = createApp({
  ctx,
  apiKeys: api.apiKeys,
  basePath: api.basePath,
  publicUrl: api.publicUrl,
  boardQueues: queue.queues,
  health: {
    redis: () => queue.probe(),
    async database() {
      const differs = shared.problem();
      if (differs !== null) throw new Error(differs);
      await store.ping();
    },
    sagemaker: () => sagemaker.checkCredentials(),
  },
  version: packageJson.version,
  readStatus: () => readStatus({ store, queue, now: Date.now, databaseDiffers: () => shared.problem() }),
  metricsText: () => metrics.text(),
  log,
});

const server = await startServer(app, api, { log }).catch((error: unknown) => {
  const { host, port } = api;
  log.fatal({ event: 'process.listen_failed', host, port, reason: errorMessage(error) }, 'cannot listen');
  process.exit(1);
});
shared.watch();
const presence = startPresence({
  store,
  log: serviceLog,
  now: Date.now,
  self,
  problem: async () => shared.problem() ?? (await problemOfQueue(queue)) ?? sagemaker.credentialsProblem(),
});
const workers = watchWorkers({ store, queue, log: serviceLog, now: Date.now });

close = async () => {
  workers.stop();
  await server.close(graceMs);
  await shared.stop();
  await Promise.all([calls.stop(), presence.stop(), queue.close()]);
  sagemaker.close();
  await store.close();
};
// A failure is in the log, and makes GET /health/ready return 503.
void sagemaker.checkCredentials().catch(() => undefined);
log.info({ event: 'process.listening', url: server.url, base_path: api.basePath, keys: api.apiKeys.length }, 'listening');
const short = api.apiKeys.flatMap((key, index) => (key.length < goodKeyLength ? [index + 1] : []));
if (short.length > 0) {
  log.warn({ event: 'auth.short_keys', keys: short }, 'API_KEYS contains short keys');
}
