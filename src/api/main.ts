/**
 * An API process: `node src/api/main.ts`, configured by the environment alone. It needs the database to start; Redis and
 * SageMaker may come later.
 */
import { createApiDeps } from '../app/api-deps.ts';
import { contextOrExit } from '../app/context-or-exit.ts';
import { onCrash } from '../app/on-crash.ts';
import { onShutdownSignal } from '../app/shutdown.ts';
import { configOrExit, loadApiConfig } from '../config/config.ts';
import { errorMessage } from '../core/errors.ts';
import { shutdownTiming } from '../core/timing.ts';
import { createLogger } from '../observability/logger.ts';
import { startFaults } from '../sagemaker/start-faults.ts';
import { watchWorkers } from '../services/system/watch-workers.ts';
import { createApp } from './app.ts';
import { startServer } from './server.ts';

/** Shorter keys work, and cause a warning. */
const goodKeyLength = 16;

const config = await configOrExit(loadApiConfig, startFaults);
const { api } = config;
const log = createLogger(config, 'api');
onCrash(log);
let close: () => Promise<void> = async () => {};
onShutdownSignal(log, () => close());

const context = await contextOrExit(config, { service: 'api', log });
const { ctx, store, queue, sagemaker, sharedDatabase } = context;
const deps = createApiDeps(context, api, log);
const app = createApp(deps);
const server = await startServer(app, api, { log, basePath: api.basePath }).catch((error: unknown) => {
  const { host, port } = api;
  log.fatal({ event: 'process.listen_failed', host, port, reason: errorMessage(error) }, 'cannot listen');
  process.exit(1);
});
context.announce(() => sharedDatabase.problem());
const workers = watchWorkers({ store, queue, log: ctx.log, now: ctx.now });

close = () => {
  workers.stop();
  // Otherwise its streams would keep their connections until they are cut.
  deps.historyFeed.close();
  return context.close(server.close(shutdownTiming.cutRequestsMs));
};
// A failure is in the log, and makes GET /health/ready return 503.
void sagemaker.checkCredentials().catch(() => undefined);
log.info({ event: 'process.listening', url: server.url, base_path: api.basePath, keys: api.apiKeys.length }, 'listening');
const shortKeys = api.apiKeys.flatMap(({ key }, index) => (key.length < goodKeyLength ? [index + 1] : []));
if (shortKeys.length > 0) log.warn({ event: 'auth.short_keys', keys: shortKeys }, 'API_KEYS contains short keys');
