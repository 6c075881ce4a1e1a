import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import { onTestFinished } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { type ServerTimeouts, startServer } from '../../src/api/server.ts';
import type { WrongKeyLimits } from '../../src/api/middleware/wrong-keys.ts';
import { createApiDeps } from '../../src/app/api-deps.ts';
import { readApiKeys } from '../../src/config/api-keys.ts';
import { createContext } from '../../src/app/context.ts';
import { openSqliteStore } from '../../src/db/sqlite/sqlite-store.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { RequestCounter } from '../../src/observability/request-counter.ts';
import type { ServiceContext } from '../../src/services/context.ts';
import type { HistoryFeed } from '../../src/services/history/history-feed.ts';
import { createSimulator, type Simulator } from 'sagemaker-simulator';
import { createClient, makeConfig, training } from '../../tools/testkit/simulator.ts';
import { sagemakerAt, testConfig } from '../../tools/testkit/app-context.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { redisUrl as sharedRedisUrl } from '../../tools/testkit/redis.ts';
import { type Ask, requesting } from './request.ts';

export interface ApiOptions {
  /** The entries of API_KEYS. */
  apiKeys?: readonly string[];
  basePath?: string;
  publicUrl?: string;
  /** By default wrong keys cost no time, because tests send many. */
  wrongKeys?: WrongKeyLimits;
  /** The shared server by default. */
  redisUrl?: string;
  /** The simulator by default. */
  sagemakerUrl?: string;
  timeouts?: ServerTimeouts;
}

export interface Api {
  url: string;
  ask: Ask;
  ctx: ServiceContext;
  historyFeed: HistoryFeed;
  requests: RequestCounter;
  simulator: Simulator;
  /** The SDK, at the simulator. */
  sdk: SageMaker;
  routes: readonly { method: string; path: string }[];
  /** Advances the clock of the API and of the simulator. */
  advance: (seconds: number) => void;
  /** Creates a foreign training job at SageMaker, which has ended by now where `end` says how. */
  train: (name: string, end?: 'completed' | 'failed' | 'stopped') => Promise<void>;
  /** Creates a foreign endpoint at SageMaker, which is in creation. */
  serve: (endpointName: string, endpointConfigName: string) => Promise<void>;
  /** Ids of the jobs of a queue, once there is one. */
  jobsOf: (queue: string) => Promise<(string | undefined)[]>;
  /** What has been logged at these levels. */
  logged: (...levels: string[]) => Record<string, unknown>[];
  takeDatabaseAway: () => void;
}

const noWrongKeyLimits: WrongKeyLimits = {
  free: Infinity,
  forgottenPerSecond: 0,
  stepMs: 1,
  longestWaitMs: 0,
  mostWaiting: 0,
  mostAddresses: 1,
};

function toApiKeys(entries: readonly string[]) {
  const read = entries.length === 0 ? { keys: [] } : readApiKeys(entries.join(','));
  if ('fault' in read) throw new Error(`API_KEYS ${read.fault}`);
  return read.keys;
}

/** The whole API, listening, over the real parts: a database file and a queue prefix of its own, and a SageMaker simulator. */
export async function startApi(options: ApiOptions = {}): Promise<Api> {
  const { basePath = '/model-init', redisUrl = sharedRedisUrl() } = options;
  const apiKeys = toApiKeys(options.apiKeys ?? []);
  let offsetMs = 0;
  const now = (): number => Date.now() + offsetMs;
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'debug', secrets: apiKeys.map(({ key }) => key) }, 'api', {
    write: (line: string) => lines.push(line),
  });

  const simulator = await createSimulator({
    now,
    settings: { trainingSeconds: 100, endpointCreateSeconds: 60, stopSeconds: 10 },
  });
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-api-'));
  const store = openSqliteStore(`file:${folder}/db/autodeploy.db`, { waitMs: 2000, pingFreshMs: 0 });
  await store.ping();
  const context = await createContext(
    testConfig({ REDIS_URL: redisUrl }),
    { service: 'api', log },
    { store, sagemaker: sagemakerAt(options.sagemakerUrl ?? simulator.url), now },
  );
  const { ctx, queue, requests } = context;
  // The board does not wait for the first connection.
  if (options.redisUrl === undefined) await queue.probe();
  const settings = { apiKeys, basePath, publicUrl: options.publicUrl ?? null };
  const deps = { ...createApiDeps(context, settings, log), wrongKeys: options.wrongKeys ?? noWrongKeyLimits };
  const app = createApp(deps);
  const server = await startServer(app, { host: '127.0.0.1', port: 0 }, { log, basePath, timeouts: options.timeouts });
  onTestFinished(async () => {
    deps.historyFeed.close();
    await context.close(server.close(0));
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const sdk = createClient(simulator.url);
  const control = requesting(simulator.url);
  return {
    url: server.url,
    ask: requesting(server.url),
    ctx,
    historyFeed: deps.historyFeed,
    requests,
    simulator,
    sdk,
    routes: app.routes,
    advance: (seconds) => (offsetMs += seconds * 1000),
    train: async (name, end) => {
      await sdk.createTrainingJob(training(name));
      const verb = { completed: 'complete', failed: 'fail', stopped: 'stop' };
      if (end !== undefined) await control('POST', `/_control/training-jobs/${name}/${verb[end]}`, { json: {} });
    },
    serve: async (endpointName, endpointConfigName) => {
      await makeConfig(sdk, endpointConfigName);
      await sdk.createEndpoint({ EndpointName: endpointName, EndpointConfigName: endpointConfigName });
    },
    jobsOf: async (name) => {
      // The response to a bootstrap does not wait for the queue.
      const jobs = await eventually(
        () => queue.queues.find((one) => one.name === name)?.getJobs(['waiting', 'delayed', 'prioritized', 'active']),
        (found) => found !== undefined && found.length > 0,
      );
      return (jobs ?? []).map((job) => job.id);
    },
    logged: (...levels) =>
      lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ level }) => levels.includes(String(level))),
    takeDatabaseAway: () => {
      renameSync(join(folder, 'db'), join(folder, 'gone'));
      writeFileSync(join(folder, 'db'), 'no folder');
    },
  };
}
