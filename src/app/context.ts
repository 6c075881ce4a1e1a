/** The composition root: what both programs and the tests are made of. */
import packageJson from '../../package.json' with { type: 'json' };
import type { Config } from '../config/config.ts';
import type { ServiceName } from '../core/service-process.ts';
import { databaseTiming } from '../core/timing.ts';
import { openStore } from '../db/open-store.ts';
import { autoDeployLogger, type Logger } from '../observability/logger.ts';
import { whyNotOfSchema } from '../config/json-schema.ts';
import { createRequestCounter, type RequestCounter } from '../observability/request-counter.ts';
import { createCallCounter } from '../observability/sagemaker-call-counter.ts';
import { createApprovalLinks } from '../links/approval-links.ts';
import { createConsoleSessions } from '../links/console-sessions.ts';
import type { ConsoleSessions } from '../ports/console-sessions.ts';
import type { Store } from '../ports/store.ts';
import { createQueue, type QueueOptions, type RedisQueue } from '../queue/queue.ts';
import type { QueuePlace } from '../queue/redis-target.ts';
import type { ClientOverrides } from '../sagemaker/client.ts';
import { type ConnectedSageMaker, createSageMaker, type SageMakerOptions } from '../sagemaker/sagemaker.ts';
import type { ServiceContext } from '../services/context.ts';
import { newEventMemory } from '../services/events/event-memory.ts';
import { type Clock, databaseClock, hostClock } from '../services/system/database-clock.ts';
import { type Presence, problemOfQueue, startPresence } from '../services/system/start-presence.ts';
import { shareDatabase, type SharedDatabase } from '../services/system/share-database.ts';
import { storeAfterClock } from './store-after-clock.ts';
import { newProcessName } from './process-name.ts';

export interface ContextOptions {
  service: ServiceName;
  /** The process's own. */
  log: Logger;
  /** Called when another process of the queue turns out to use another database, and with null when that is over. */
  onDatabaseProblem?: (problem: string | null) => void;
}

/** What tests put in place of the real parts. */
export interface ContextOverrides {
  /** Open already; `close` closes it. */
  store?: Store;
  /** Where SageMaker is, and with which credentials. */
  sagemaker?: ClientOverrides;
  now?: () => number;
  random?: () => number;
  /** How fast calls to SageMaker follow each other: waits pass by the real clock, which a test does not move. */
  pace?: Pick<SageMakerOptions, 'random' | 'leastRate'> & Pick<QueueOptions, 'budgetNow'>;
}

/** The parts of one process, open. */
export interface AppContext {
  /** What services get. */
  readonly ctx: ServiceContext;
  readonly store: Store;
  readonly clock: Clock;
  readonly queue: RedisQueue;
  readonly sagemaker: ConnectedSageMaker;
  /** Of the API. */
  readonly requests: RequestCounter;
  readonly sharedDatabase: SharedDatabase;
  readonly consoleSessions: ConsoleSessions;
  readonly self: { readonly name: string; readonly service: ServiceName; readonly version: string; readonly startedAt: number };
  /** Records the process as running, from now on, with the problem that keeps it from working, and compares databases regularly. */
  announce(problem: () => string | null): void;
  /** Closes all parts once `work` has ended. Never fails for a part that is unavailable. */
  close(work?: Promise<unknown>): Promise<void>;
}

/** Opens the parts. Redis and SageMaker may be unavailable. @throws {StoreUnavailableError} when the database needs a repair. */
export async function createContext(
  config: QueuePlace & Pick<Config, 'databaseUrl' | 'databaseLogin' | 'proxies' | 'serviceSettings' | 'links'>,
  options: ContextOptions,
  overrides: ContextOverrides = {},
): Promise<AppContext> {
  const { service, onDatabaseProblem } = options;
  const { random = Math.random, pace = {} } = overrides;
  const { queuePrefix, serviceSettings: settings } = config;
  const waitMs = service === 'api' ? databaseTiming.apiWaitMs : databaseTiming.workerWaitMs;
  const { databaseUrl, databaseLogin: login } = config;
  const applicationName = `sagemaker-autodeploy-${service}`;
  const opened = overrides.store ?? (await openStore(databaseUrl, { waitMs, log: options.log, applicationName, login }));
  const log = autoDeployLogger(options.log);
  const hostNow = overrides.now ?? (config.databaseUrl.startsWith('file:') ? Date.now : null);
  const clock = hostNow === null ? databaseClock({ store: opened, log }) : hostClock(hostNow);
  const store = hostNow === null ? storeAfterClock(opened, clock) : opened;
  const { now } = clock;
  await clock.start();
  const queue = createQueue({ ...config, log, now, budgetNow: pace.budgetNow });
  const calls = createCallCounter({ store, log, now, random });
  const requests = createRequestCounter({ store, log, random });
  const sagemaker = createSageMaker({
    onCall: calls.count,
    budget: queue.callBudget,
    log,
    endpointName: settings.endpointName,
    client: overrides.sagemaker ?? { proxies: config.proxies },
    random: pace.random,
    leastRate: pace.leastRate,
  });
  const self = { name: newProcessName(), service, version: packageJson.version, startedAt: now() } as const;
  const sharedDatabase = shareDatabase({ store, peers: queue, log, now, self, queuePrefix, onProblem: onDatabaseProblem });
  let presence: Presence | null = null;

  return {
    ctx: {
      store,
      sagemaker,
      alarms: sagemaker.alarms,
      invocations: sagemaker.invocations,
      approvalLinks: createApprovalLinks(config.links.signingKey),
      checkJson: whyNotOfSchema,
      queue,
      log,
      settings,
      eventMemory: newEventMemory(now()),
      now,
      random,
    },
    store,
    clock,
    queue,
    sagemaker,
    requests,
    sharedDatabase,
    consoleSessions: createConsoleSessions(config.links.signingKey),
    self,
    announce(problem) {
      sharedDatabase.watch();
      const currentProblem = async (): Promise<string | null> =>
        problem() ?? clock.problem() ?? (await problemOfQueue(queue)) ?? sagemaker.credentialsProblem();
      presence = startPresence({ store, log, now, self, problem: currentProblem, clockSkewMs: clock.skewMs });
    },
    async close(work = Promise.resolve()) {
      await Promise.all([work, sharedDatabase.stop()]);
      await Promise.all([calls.stop(), requests.stop(), presence?.stop(), queue.close()]);
      sagemaker.close();
      clock.stop();
      await store.close();
    },
  };
}
