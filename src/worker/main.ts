/**
 * A worker process: `node src/worker/main.ts`, configured by the environment alone. It needs the database to start; Redis and
 * SageMaker may come later.
 */
// oxlint-disable-next-line import/no-unassigned-import
import './limit-heap.ts';
import { contextOrExit } from '../app/context-or-exit.ts';
import { onCrash } from '../app/on-crash.ts';
import { onShutdownSignal } from '../app/shutdown.ts';
import { configOrExit, exitWithFaults, loadConfig, secretOf } from '../config/config.ts';
import { createNotifier } from '../notifications/notifier.ts';
import { autoDeployLogger, createLogger } from '../observability/logger.ts';
import { startFaults } from '../sagemaker/start-faults.ts';
import { createHandlers } from './handlers.ts';
import { startHeartbeat } from './heartbeat.ts';
import { startTakingJobs } from './job-taking.ts';
import {
  startAdopting,
  startFeed,
  startNotifying,
  startPruning,
  startReconciling,
  startStarting,
  startTracing,
} from './timers.ts';

const config = await configOrExit(loadConfig, startFaults);
const processLog = createLogger(config, 'worker');
onCrash(processLog);
const log = autoDeployLogger(processLog);
let close: () => Promise<void> = async () => {};
const end = onShutdownSignal(log, () => close());

const context = await contextOrExit(config, {
  service: 'worker',
  log: processLog,
  onDatabaseProblem(problem) {
    databaseObjection = problem;
    hold();
  },
});
const { ctx, clock, queue, sagemaker, sharedDatabase, self } = context;
let databaseObjection = sharedDatabase.objection();
/** BullMQ makes jobs due by the host's clock: a worker whose clock is far off takes none. */
const hold = (): void => taking.hold(databaseObjection ?? clock.problem());
const taking = startTakingJobs({
  config,
  handlers: createHandlers(ctx),
  queue,
  log,
  name: self.name,
  random: ctx.random,
  now: ctx.now,
  onFault: (fault) => exitWithFaults([fault]),
  onStuck: () => end(1),
});
clock.watchProblem(hold);
/** Until it is known no work can be done: each task would only fail. */
const timersObjection = (): string | null => (clock.isKnown() ? clock.problem() : 'the clock of the database is not known yet');
const timers = [startReconciling, startStarting, startAdopting, startFeed, startPruning].map((start) =>
  start(ctx, timersObjection),
);
const { notifyPrivateAddresses: privateAddresses, proxies, links } = config;
const linkBase = links.publicUrl ?? links.basePath;
const notifier = createNotifier({ linkBase, privateAddresses, secretOf, proxies, version: self.version });
timers.push(startNotifying(ctx, timersObjection, notifier));
if (config.tracing !== null) {
  // Loaded where it is needed.
  const { createOtlpExporter } = await import('../tracing/otlp-exporter.ts');
  const exporter = createOtlpExporter({ tracing: config.tracing, proxies, version: self.version });
  timers.push(startTracing(ctx, timersObjection, { exporter, linkBase }));
}
context.announce(() => taking.problem());
const heartbeat = config.heartbeatFile === null ? null : startHeartbeat(config.heartbeatFile, () => taking.isHealthy());

close = () => {
  void heartbeat?.stop();
  return context.close(Promise.all([taking.close(), ...timers.map((timer) => timer.stop())]));
};
void sagemaker.findCredentials();
log.info({ event: 'process.started', name: self.name, version: self.version }, 'worker started');
